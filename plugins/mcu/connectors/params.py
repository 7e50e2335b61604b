"""The parameters of each connector as a source's spec gives them, checked without running anything."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BaseModel, Field, model_validator

from mcu.connectors.checked import STRICT, Connection, Delimiter, Encoding, HeaderName, Seconds, Text, TimePattern


class Strict(BaseModel):
    model_config = STRICT


class Rest(Strict):
    """A paged JSON API."""

    type: Literal["rest"]
    connection: Connection
    """The secret `conn_<connection>` (the variable `MCU_SECRET_CONN_<CONNECTION>`) is the address, with its key."""
    path: Text
    """The path below the address."""
    auth: Literal["bearer", "basic", "api_key", "none"] = "bearer"
    """How requests are signed with what the address carries: `http://:TOKEN@host`, `http://user:password@host`."""
    api_key_header: HeaderName = "X-Api-Key"
    """The header of the key, for `auth: api_key`."""
    client_certificate: bool = False
    """True if the server demands a certificate: the secrets `conn_<connection>_cert` and `conn_<connection>_key` are
    the paths of the PEM files. The secret `conn_<connection>_ca`, if given, is the only authority that is trusted."""
    paging: Literal["page", "offset", "cursor", "next_link"] = "page"
    """How the next page is asked for: by its number, an offset, a mark in the answer, or a whole address in it."""
    page_param: str = "page"
    """The query parameter that carries the page's number, the offset or the cursor."""
    first_page: int = Field(1, ge=0)
    """The number of the first page, for the paging `page`."""
    size_param: str = "size"
    """The query parameter that carries the page's size."""
    page_size: int = Field(500, ge=1, le=10_000)
    """How many records to ask for at once."""
    next_field: str = "next"
    """Dotted path of the next page's mark, for the pagings `cursor` and `next_link`."""
    items: str = "items"
    """Dotted path of the list of records in an answer; empty when the answer is the list."""
    total: str | None = "total"
    """Dotted path of the control total, if the source gives one."""
    since_param: str | None = None
    """The query parameter for the start of the window."""
    until_param: str | None = None
    """The same for its end. Without it a fetch of a period reads on to the present, which does no harm."""
    params: dict[str, str] = {}
    """Further query parameters of every request."""
    timeout_seconds: Seconds = 30
    """How long one whole answer may take, however it is sent."""


class Dropped(Strict):
    """What all folders into which files are dropped have in common."""

    connection: Connection
    """The secret `conn_<connection>` (the variable `MCU_SECRET_CONN_<CONNECTION>`) is the address, with its key."""
    patterns: list[str] = []
    """Names of the files to read; by default those of the format and archives."""
    settle_seconds: float = Field(2, ge=0, le=86_400)
    """A file is read after it has not grown for so long."""
    refuse_torn_after_seconds: float = Field(600, ge=0, le=86_400)
    """A file that ends in the middle is left to its writer until nothing has been written to it for so long."""
    file_time_pattern: TimePattern | None = None
    """Regular expression for the export's time in the file's name; named groups year, month, day,
    and hour, minute, second if it has them."""

    @property
    def name_patterns(self) -> list[str]:
        """Patterns of the names to read."""
        return self.patterns


class Files(Dropped):
    """A folder (here or on an SFTP server) into which people drop files: tables (XLSX, CSV) or JSON, also in
    ZIP, TAR or GZIP."""

    type: Literal["files"]
    format: Literal["table", "json"] = "table"
    """`json`: records land nested as they are; `table`: the fields named in `columns` land."""
    items: str = ""
    """JSON: dotted path of the list of records. Empty: the file is that list, or is one record."""
    columns: dict[str, str] = {}
    """Field of the payload → header of the column, as the file writes it."""
    ignored_columns: list[str] = []
    """Headers of known columns that are not read. Any other header is reported as drift and not landed."""
    letters: dict[str, str] = {}
    """Field → column letter, used where no header row is found."""
    required: list[str] = []
    """Fields whose column must exist, or the file is refused."""
    delimiter: Delimiter | None = None
    """Of a CSV file. Without it the one that fits the header best is taken."""
    encoding: Encoding | None = None
    """Of a CSV file. Without it the encoding is recognised."""
    timeout_seconds: Seconds = 60
    """How long a server (SFTP, IMAP) may take for one whole answer: the list, a letter, the beginning of a file."""

    @property
    def name_patterns(self) -> list[str]:
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
        check_known("required", self.required, self.columns)
        check_known("letters", self.letters, self.columns)
        wrong = [letter for letter in self.letters.values() if not re.fullmatch(r"[A-Z]{1,3}", letter)]
        if wrong:
            raise ValueError(f"letters: это не буквы столбцов: {', '.join(wrong)}")
        return self


class Imap(Files):
    """A mailbox to which people send files: attachments are dropped into the source's folder and read there."""

    type: Literal["imap"]  # type: ignore[assignment]  # another tag than the base class has
    mailbox: str = "INBOX"
    """The folder of the mailbox."""


class Sql(Strict):
    """A table or view of another PostgreSQL database."""

    type: Literal["sql"]
    connection: Connection
    """The secret `conn_<connection>` (the variable `MCU_SECRET_CONN_<CONNECTION>`) is the address, with its key."""
    relation: Text
    """The table or view, with its schema."""
    key: str = "id"
    """The column that identifies a row."""
    updated_at: str = "updated_at"
    """The column with the time of the last change; rows are read in its order."""
    batch_size: int = Field(2_000, ge=1)
    """How many rows to read at once."""
    timeout_seconds: Seconds = 300
    """For the connection (ten seconds at most) and for each batch."""


class Vk(Strict):
    """Official communities in ВКонтакте, by its API."""

    type: Literal["vk"]
    connection: Connection
    """The secret `conn_<connection>` (the variable `MCU_SECRET_CONN_<CONNECTION>`) is the address, with its key."""
    pages: Annotated[dict[int, str], Field(min_length=1)]
    """Number of the community → the municipality whose page it is."""
    boards: bool = True
    """True if the communities' discussions are read too."""
    page_size: int = Field(100, ge=1, le=100)
    """How many objects to ask for at once."""
    revisit_days: float = Field(30, ge=0, le=3_660)
    """New comments and answers of a post are read for so long after it was published."""
    timeout_seconds: Seconds = 30
    """How long one whole answer may take, however it is sent."""


class Telegram(Dropped):
    """A folder into which exports of Telegram Desktop are dropped (`result.json`)."""

    type: Literal["telegram"]
    patterns: list[str] = ["*.json"]
    """Names of the files to read."""
    chats: dict[int, str] = {}
    """Number of the chat → its municipality. Any other chat is reported as not mapped."""
    official: list[str] = []
    """`from_id` of those who answer in the name of the municipality: its channels (`channel1234567890`)."""


class TelegramBot(Strict):
    """Messages to a bot and in the chats that it is a member of."""

    type: Literal["telegram_bot"]
    connection: Connection
    """The secret `conn_<connection>` (the variable `MCU_SECRET_CONN_<CONNECTION>`) is the address, with its key."""
    municipality: Text
    """Whose bot it is."""
    chats: dict[int, str] = {}
    """Number of a chat → its municipality, if it is another one."""
    timeout_seconds: Seconds = 30
    """How long one whole answer may take, however it is sent."""


class Ok(Strict):
    """Official groups in Одноклассники, by their API."""

    type: Literal["ok"]
    connection: Connection
    """The secret `conn_<connection>` (the variable `MCU_SECRET_CONN_<CONNECTION>`) is the address, with its key."""
    pages: Annotated[dict[int, str], Field(min_length=1)]
    """Number of the group → the municipality whose page it is."""
    page_size: int = Field(100, ge=1, le=100)
    """How many objects to ask for at once."""
    revisit_days: float = Field(30, ge=0, le=3_660)
    """Comments of an active discussion are read back to so long before the window."""
    timeout_seconds: Seconds = 30
    """How long one whole answer may take, however it is sent."""


Connector = Annotated[Rest | Files | Imap | Sql | Vk | Ok | Telegram | TelegramBot, Field(discriminator="type")]


def check_known(where: str, fields: list[str] | dict[str, str], columns: dict[str, str]) -> None:
    unknown = [field for field in fields if field not in columns]
    if unknown:
        raise ValueError(f"{where}: полей нет в columns: {', '.join(unknown)}")
