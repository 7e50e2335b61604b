"""The declaration of a feedback source: one YAML file, checked without running anything."""

from __future__ import annotations

import keyword
import re
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

import yaml
from pydantic import AfterValidator, BaseModel, Field, ValidationError, field_validator, model_validator

from mcu.connectors.checked import STRICT, Pattern, Text
from mcu.connectors.params import Connector, Files, check_known
from mcu.errors import UserError
from mcu.formats import FORMATS
from mcu.moments import YEARS_AHEAD, YEARS_AHEAD_OF_DUE, Moments, is_date_form
from mcu.owners import OWNERS
from mcu.sources.schedule import check_schedule


class Strict(BaseModel):
    model_config = STRICT


SLUG = r"[a-z][a-z0-9_]{1,30}"
RESERVED = ("ops",)
"""Names that mean something else: the folder of staging with our own ledgers."""


def check_slug(slug: str) -> str:
    """`slug` if a source may be called so. Raises ValueError, in Russian."""
    if not re.fullmatch(SLUG, slug):
        raise ValueError(
            f"«{slug}» не годится: нужны строчные латинские буквы, цифры и «_», первая - буква, от 2 до 31 знака"
        )
    if slug in RESERVED or keyword.iskeyword(slug):
        raise ValueError(f"«{slug}» - служебное слово, выберите другое имя")
    return slug


def _check_owner(owner: str) -> str:
    if owner not in OWNERS:
        raise ValueError(f"неизвестный ответственный «{owner}»; известны: {', '.join(OWNERS)}")
    return owner


class Record(Strict):
    """How to read one record of the source. Paths are dotted."""

    id: Text
    """The field that identifies a record in the source."""
    id_pattern: Pattern | None = None
    """Regular expression that the whole number of a record must fit; another one rejects the record, and the number is
    not stored. Without it a number that is obviously a phone, a mail or a name is rejected."""
    updated_at: Text | None = None
    """The time of a record's last change: versions are ordered by it, and the next fetch starts from it."""
    required: list[Text] = []
    """Fields without which a record is rejected."""
    times: list[str] = []
    """Fields that must be instants if they are filled; other values reject the record."""
    due_dates: list[str] = []
    """The same for days and instants that may lie in the future, which the raw gate allows."""
    date_format: str | dict[str, str] = {}
    """How this source writes its dates, if neither as ISO 8601 (`2026-11-02T10:00:00+03:00`) nor as
    `02.11.2026 10:00:00`: `"%m/%d/%Y"`, `"%d.%m.%y %H:%M"`; for all times, or a field each. ISO is still read. Values
    that do not fit reject the record."""
    zone: str | None = None
    """The time zone of times without an offset (`Asia/Vladivostok`); without it the municipality's."""
    format: str | None = None
    """A published format (mcu.formats); a record that breaks its field rules is rejected."""
    quoted_as: Pattern | None = None
    """Regular expression by which the numbers of this source are found in texts and fields of other ones; its first
    group is the number as it stands in `id`. Such an item is linked to the record that it names."""

    @property
    def instants(self) -> list[str]:
        """Every field that must be an instant if it is filled."""
        return list(dict.fromkeys([*self.times, *self.due_dates, *filter(None, [self.updated_at])]))

    @property
    def forms(self) -> list[str]:
        """The forms of dates that the source declares, for people."""
        given = self.date_format if isinstance(self.date_format, dict) else {"": self.date_format}
        return list(dict.fromkeys(given.values()))

    def moments(self, path: str, zone: tzinfo, year: int) -> Moments:
        """The reader of a field of `instants`; `zone`: the municipality's, `year`: the present one."""
        form = self.date_format.get(path) if isinstance(self.date_format, dict) else self.date_format
        ahead = YEARS_AHEAD_OF_DUE if path in self.due_dates else YEARS_AHEAD
        own = ZoneInfo(self.zone) if self.zone else None
        return Moments(own or zone, year + ahead, form=form, writes_offset=own is not None)

    @field_validator("date_format")
    @classmethod
    def _is_a_date(cls, given: str | dict[str, str]) -> str | dict[str, str]:
        for form in given.values() if isinstance(given, dict) else [given]:
            if not is_date_form(form):
                raise ValueError(f"«{form}» - не запись даты; пример: %m/%d/%Y %H:%M")
        return given

    @field_validator("zone")
    @classmethod
    def _is_a_zone(cls, name: str | None) -> str | None:
        if name is not None and name not in available_timezones():
            raise ValueError(f"нет часового пояса «{name}»; пример: Asia/Vladivostok")
        return name

    @model_validator(mode="after")
    def _formats_have_fields(self) -> Record:
        if isinstance(self.date_format, dict) and (lost := sorted(set(self.date_format) - set(self.instants))):
            raise ValueError(f"date_format: поля нет в times, due_dates и updated_at: {', '.join(lost)}")
        return self

    @field_validator("format")
    @classmethod
    def _is_published(cls, name: str | None) -> str | None:
        if name is not None and name not in FORMATS:
            raise ValueError(f"неизвестный формат «{name}»; известны: {', '.join(sorted(FORMATS))}")
        return name


class Personal(Strict):
    """Fields that identify people. None of them lands as it is."""

    identity: list[str] = []
    """Fields for the author's pseudonym, in order of preference: the first that identifies the author is used. All are
    removed."""
    address: list[str] = []
    """Where the author lives. A name identifies a person only together with it, because of namesakes."""
    drop: list[str] = []
    """Fields that are removed."""
    text: list[str] = []
    """Free text, masked."""
    verbatim: list[str] = []
    """Codes, numbers and dates that land unchanged. Any other text with a blank, a digit or an @ in it is masked, in
    lists too (`history.comment`)."""


class Cadence(Strict):
    """How often data is expected, in working hours of the municipality."""

    expected_every_working_hours: Annotated[float, Field(gt=0, le=10_000)] = 9
    """A source that brings nothing for longer raises a warning."""


class Alert(Strict):
    """Alerts about the source."""

    owner: Annotated[str, AfterValidator(_check_owner)] = "data_engineer"
    """Who gets the alerts: `data_engineer`, `curator`, `operator` or `mcc_head`."""


class SourceSpec(Strict):
    """One feedback source (`dags/sources/<slug>.yml`)."""

    slug: Annotated[str, AfterValidator(check_slug)]
    """The name of the file, of the raw table `raw.<slug>` and of the DAG `ingest_<slug>`."""
    title: Text
    """What people call the source, in Russian."""
    short_title: Text | None = None
    """For narrow tables; `title` where it is not given."""
    municipalities: list[str] | Literal["all"] = "all"
    """The municipalities whose messages the source brings."""
    schedule: Annotated[str, AfterValidator(check_schedule)] | None = None
    """Cron in the municipality's time zone; without it the source is loaded by hand."""
    connector: Connector
    """Where the records come from; see the connectors below."""
    record: Record
    """How to read one record."""
    personal: Personal
    """What identifies people."""
    overlap_hours: float = Field(2, ge=0, le=8_784)
    """An incremental fetch starts so long before its cursor."""
    load_minutes: float = Field(60, gt=0, le=1_440)
    """How long one load may take. What was read until then is kept, the load ends as broken off, and an alert goes
    out."""
    expected_fields: list[str] = []
    """Top-level fields of a payload; other fields are reported as drift."""
    optional_fields: list[str] = []
    """Known fields that may be absent: neither their presence nor their absence is reported."""
    cadence: Cadence = Cadence()
    """How often data is expected."""
    alert: Alert = Alert()
    """Who hears of failures."""

    @property
    def raw_table(self) -> str:
        return f"raw.{self.slug}"

    @model_validator(mode="after")
    def _needed_fields_land(self) -> SourceSpec:
        gone = {*self.personal.identity, *self.personal.drop}
        needed = [self.record.id, *self.record.required, *self.record.instants]
        lost = [path for path in needed if any(path == p or path.startswith(f"{p}.") for p in gone)]
        if lost:
            raise ValueError(f"поля нужны в record, но удаляются как персональные: {', '.join(lost)}")
        if isinstance(self.connector, Files) and self.connector.format == "table":
            personal = self.personal
            named = [*personal.identity, *personal.drop, *personal.address, *personal.text, *personal.verbatim]
            check_known("record и personal", [*needed, *named], self.connector.columns)
        return self


class _UniqueKeys(yaml.SafeLoader):
    """YAML lets the last of two equal keys win without a word; here the second one is a fault."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        if twice := [key for key in dict.fromkeys(keys) if keys.count(key) > 1]:
            raise yaml.constructor.ConstructorError(None, None, f"указано дважды: {', '.join(twice)}", None)
        return super().construct_mapping(node, deep)


class SpecError(UserError):
    """A source file is faulty; the message names the file and each fault."""

    code = "spec_invalid"


def read_spec(path: Path) -> SourceSpec:
    """Read and check one source file. Raises SpecError with every fault in it."""
    try:
        body = yaml.load(path.read_text(encoding="utf-8"), _UniqueKeys)  # a safe loader
        spec = SourceSpec.model_validate(body)
    except OSError as error:
        raise SpecError(f"{path.name}: файл не открывается: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SpecError(f"{path.name}: файл не в кодировке UTF-8") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise SpecError(f"{path.name}: это не YAML: {_place(error)}") from None
    except ValidationError as error:
        faults = "; ".join(_fault(e) for e in error.errors())
        raise SpecError(f"{path.name}: {faults}") from None
    if spec.slug != path.stem:
        raise SpecError(f"{path.name}: slug «{spec.slug}» должен совпадать с именем файла")
    return spec


def _place(error: yaml.YAMLError | RecursionError) -> str:
    """Where YAML ends to be YAML, for people."""
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    if mark is None:
        return "слишком глубокая вложенность" if isinstance(error, RecursionError) else " ".join(str(error).split())
    return (
        f"строка {mark.line + 1}, знак {mark.column + 1}: {problem}. Проверьте отступы, кавычки и скобки до этого места"
    )


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
    "bool_parsing": "должно быть true или false",
    "bool_type": "должно быть true или false",
    "int_parsing": "должно быть целое число",
    "int_type": "должно быть целое число",
    "int_from_float": "должно быть целое число",
    "float_parsing": "должно быть число",
    "float_type": "должно быть число",
    "finite_number": "должно быть обычное число",
    "string_too_short": "не должно быть пустым",
    "greater_than_equal": "должно быть не меньше {ge}",
    "greater_than": "должно быть больше {gt}",
    "less_than_equal": "должно быть не больше {le}",
}


def _fault(error: Any) -> str:
    where = ".".join(map(str, error["loc"]))
    template = _FAULTS.get(error["type"])
    what = template.format(**error.get("ctx", {})) if template else error["msg"]
    return f"{where}: {what}" if where else what
