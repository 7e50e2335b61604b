"""The declaration of a feedback source: one YAML file, checked without running anything."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from mcu.errors import UserError
from mcu.formats import FORMATS


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rest(_Strict):
    """A paged JSON API."""

    type: Literal["rest"]
    connection: str
    path: str
    auth: Literal["bearer", "basic", "api_key", "none"] = "bearer"
    api_key_header: str = "X-Api-Key"
    client_certificate: bool = False
    """Whether the server asks for a certificate: the secrets `conn_<connection>_cert` and `conn_<connection>_key` are
    the paths of the PEM files. `conn_<connection>_ca`, where given, is the authority that the server is trusted by."""
    paging: Literal["page", "offset", "cursor", "next_link"] = "page"
    page_param: str = "page"
    """The query parameter that carries the page's number, the offset or the cursor."""
    first_page: int = 1
    size_param: str = "size"
    page_size: int = Field(500, ge=1, le=10_000)
    next_field: str = "next"
    """Where paging is `cursor` or `next_link`: the dotted path of the next page's mark."""
    items: str = "items"
    """Dotted path of the list of records in an answer; empty when the answer is the list."""
    total: str | None = "total"
    """Dotted path of the control total, if the source gives one."""
    since_param: str | None = None
    """The query parameter that asks for what changed since an instant."""
    until_param: str | None = None
    """The same for the other end. Without it a fetch of a period reads on to the present, which harms nothing."""
    params: dict[str, str] = {}
    timeout_seconds: float = Field(30, gt=0)


class Dropped(_Strict):
    """What every folder has into which files are dropped."""

    connection: str
    patterns: list[str] = []
    """Names of the files to read; by default those of the format, and archives of them."""
    settle_seconds: float = Field(2, ge=0)
    """A file is read once it has not grown for so long."""
    refuse_torn_after_seconds: float = Field(600, ge=0)
    """A file that breaks off is left to its writer until it was not written to for so long."""
    file_time_pattern: str | None = None
    """Regular expression for the export's time in the file's name; named groups year, month, day, hour, minute."""

    @property
    def wanted(self) -> list[str]:
        """Patterns of the names to read."""
        return self.patterns


class Files(Dropped):
    """A folder (here or on an SFTP server) into which people drop files: tables (XLSX, CSV) or JSON, also in ZIP."""

    type: Literal["files"]
    format: Literal["table", "json"] = "table"
    """JSON records land nested as they are; of a table's row the fields named in `columns` do."""
    items: str = ""
    """JSON: dotted path of the list of records. Empty: the file is that list, or is one record."""
    columns: dict[str, str] = {}
    """Field of the payload → header of the column, as the file writes it."""
    ignored_columns: list[str] = []
    """Headers that are known and not wanted; any other is told as drift and not landed."""
    letters: dict[str, str] = {}
    """Field → column letter, used where no header row is found."""
    required: list[str] = []
    """Fields whose column must be there, or the file is refused."""
    delimiter: str | None = None
    encoding: str | None = None

    @property
    def wanted(self) -> list[str]:
        """Patterns of the names to read."""
        return self.patterns or (["*.json", "*.zip"] if self.format == "json" else ["*.xlsx", "*.csv", "*.zip"])

    @model_validator(mode="after")
    def _fits_its_format(self) -> Files:
        if self.format == "table" and not self.columns:
            raise ValueError("columns: таблице нужны столбцы")
        if self.format == "table" and self.items:
            raise ValueError("items: путь к списку записей есть только у формата json")
        if self.format == "json" and (self.columns or self.letters or self.required or self.ignored_columns):
            raise ValueError("columns, letters, required и ignored_columns есть только у таблиц (format: table)")
        return self

    @model_validator(mode="after")
    def _fields_have_columns(self) -> Files:
        _known("required", self.required, self.columns)
        _known("letters", self.letters, self.columns)
        wrong = [letter for letter in self.letters.values() if not re.fullmatch(r"[A-Z]{1,3}", letter)]
        if wrong:
            raise ValueError(f"letters: это не буквы столбцов: {', '.join(wrong)}")
        return self


class Imap(Files):
    """A mailbox to which people send files: attachments are dropped into the source's folder and read there."""

    type: Literal["imap"]  # type: ignore[assignment]
    mailbox: str = "INBOX"
    timeout_seconds: float = Field(60, gt=0)


class Sql(_Strict):
    """A table or view of another PostgreSQL database."""

    type: Literal["sql"]
    connection: str
    relation: str
    key: str = "id"
    updated_at: str = "updated_at"
    batch_size: int = Field(2_000, ge=1)
    timeout_seconds: float = Field(300, gt=0)
    """For the connection (ten seconds at most) and for each portion."""


class Vk(_Strict):
    """Official communities in ВКонтакте, by its API."""

    type: Literal["vk"]
    connection: str
    pages: Annotated[dict[int, str], Field(min_length=1)]
    """Number of the community → the municipality whose page it is."""
    boards: bool = True
    """Whether the communities' discussions are read too."""
    page_size: int = Field(100, ge=1, le=100)
    revisit_days: float = Field(30, ge=0)
    """A post is looked at for new comments and answers so long after it was published."""
    timeout_seconds: float = Field(30, gt=0)


class Telegram(Dropped):
    """A folder into which exports of Telegram Desktop are dropped (`result.json`)."""

    type: Literal["telegram"]
    patterns: list[str] = ["*.json"]
    chats: dict[int, str] = {}
    """Number of the chat → its municipality. A chat that is not here is told as not mapped."""
    official: list[str] = []
    """`from_id` of those who answer in the name of the municipality: its channels (`channel1234567890`)."""


class TelegramBot(_Strict):
    """What is written to a bot, and in the chats that it is in."""

    type: Literal["telegram_bot"]
    connection: str
    municipality: str
    """Whose bot it is."""
    chats: dict[int, str] = {}
    """Number of a chat → its municipality, where it is another."""
    timeout_seconds: float = Field(30, gt=0)


class Ok(_Strict):
    """Official groups in Одноклассники, by their API."""

    type: Literal["ok"]
    connection: str
    pages: Annotated[dict[int, str], Field(min_length=1)]
    """Number of the group → the municipality whose page it is."""
    page_size: int = Field(100, ge=1, le=100)
    revisit_days: float = Field(30, ge=0)
    """Comments of a discussion that is alive are read so far behind the window."""
    timeout_seconds: float = Field(30, gt=0)


Connector = Annotated[Rest | Files | Imap | Sql | Vk | Ok | Telegram | TelegramBot, Field(discriminator="type")]


class Record(_Strict):
    """How to read one record of the source. Paths are dotted."""

    id: str
    updated_at: str | None = None
    required: list[str] = []
    times: list[str] = []
    """Fields that must be instants where they are filled; a record with another thing there is refused."""
    terms: list[str] = []
    """The same for days and instants that may well lie ahead: the raw gate finds no fault with a far one."""
    format: str | None = None
    """A published format (mcu.formats) whose field rules a record must keep, or it is refused."""

    @property
    def instants(self) -> list[str]:
        """Every field that must be an instant where it is filled."""
        return list(dict.fromkeys([*self.times, *self.terms, *filter(None, [self.updated_at])]))

    @field_validator("format")
    @classmethod
    def _is_published(cls, name: str | None) -> str | None:
        if name is not None and name not in FORMATS:
            raise ValueError(f"неизвестный формат «{name}»; известны: {', '.join(sorted(FORMATS))}")
        return name


class Personal(_Strict):
    """What identifies people. None of it lands."""

    identity: list[str] = []
    """Fields tried in order for the author's pseudonym; the first that tells who it is is used. All are removed."""
    address: list[str] = []
    """Where the author lives. A name is an identity only together with it: a namesake is somebody else."""
    drop: list[str] = []
    """Fields removed without a trace."""
    text: list[str] = []
    """Free text, masked."""
    plain: list[str] = []
    """Codes, numbers and dates that land to the letter. Any other text (at lists too: `history.comment`) is masked
    where it has a blank, a digit or an @ in it."""


class Cadence(_Strict):
    """Silence is judged in working hours of the municipality."""

    expected_every_working_hours: Annotated[float, Field(gt=0)] = 9


class Alert(_Strict):
    owner: str = "data_engineer"


class SourceSpec(_Strict):
    """One feedback source (`dags/sources/<slug>.yml`)."""

    slug: str = Field(pattern=r"^[a-z][a-z0-9_]{1,30}$")
    title: str
    municipalities: list[str] | Literal["all"] = "all"
    schedule: str | None = None
    """Cron in the municipality's time zone; none: only by hand."""
    connector: Connector
    record: Record
    personal: Personal
    overlap_hours: float = Field(2, ge=0)
    """An incremental fetch looks back so far behind its cursor."""
    expected_fields: list[str] = []
    """Top-level fields of a payload; others are told as drift."""
    optional_fields: list[str] = []
    """Fields that are known and may well be absent: neither their presence nor their absence is told."""
    cadence: Cadence = Cadence()
    alert: Alert = Alert()

    @property
    def raw_table(self) -> str:
        return f"raw.{self.slug}"

    @model_validator(mode="after")
    def _needs_what_lands(self) -> SourceSpec:
        gone = {*self.personal.identity, *self.personal.drop}
        needed = [self.record.id, *self.record.required, *self.record.instants]
        lost = [path for path in needed if any(path == p or path.startswith(f"{p}.") for p in gone)]
        if lost:
            raise ValueError(f"поля нужны в record, но удаляются как персональные: {', '.join(lost)}")
        if isinstance(self.connector, Files) and self.connector.format == "table":
            personal = self.personal
            told = [*personal.identity, *personal.drop, *personal.address, *personal.text, *personal.plain]
            fields = [*needed, *told]
            _known("record и personal", fields, self.connector.columns)
        return self


def _known(where: str, fields: list[str] | dict[str, str], columns: dict[str, str]) -> None:
    unknown = [field for field in fields if field not in columns]
    if unknown:
        raise ValueError(f"{where}: полей нет в columns: {', '.join(unknown)}")


class SpecError(UserError):
    """A source file that cannot be used; the message names the file and each fault."""


def read_spec(path: Path) -> SourceSpec:
    """Read and check one source file. Raises SpecError with every fault in it."""
    try:
        body: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        spec = SourceSpec.model_validate(body)
    except yaml.YAMLError as error:
        raise SpecError(f"{path.name}: это не YAML: {error}") from None
    except ValidationError as error:
        faults = "; ".join(_fault(e) for e in error.errors())
        raise SpecError(f"{path.name}: {faults}") from None
    if spec.slug != path.stem:
        raise SpecError(f"{path.name}: slug «{spec.slug}» должен совпадать с именем файла")
    return spec


_FAULTS = {
    "missing": "нет обязательного поля",
    "extra_forbidden": "неизвестное поле",
    "union_tag_invalid": "неизвестный тип «{tag}»; известны: {expected_tags}",
    "union_tag_not_found": "не указан тип (type)",
    "literal_error": "допустимо: {expected}",
    "value_error": "{error}",
    "string_type": "должна быть строка",
    "string_pattern_mismatch": "не подходит под образец {pattern}",
    "list_type": "должен быть список",
    "dict_type": "должен быть набор «имя: значение»",
    "too_short": "не указано ни одного значения",
    "model_type": "должен быть набор «имя: значение»",
    "greater_than_equal": "должно быть не меньше {ge}",
    "greater_than": "должно быть больше {gt}",
    "less_than_equal": "должно быть не больше {le}",
}


def _fault(error: Any) -> str:
    where = ".".join(map(str, error["loc"]))
    told = _FAULTS.get(error["type"])
    what = told.format(**error.get("ctx", {})) if told else error["msg"]
    return f"{where}: {what}" if where else what
