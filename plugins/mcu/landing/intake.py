"""From a source's records to lines for COPY: each is checked, made free of identity and written as JSON,
or refused with a reason. The one hot loop of landing: what can be decided once a load is decided once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from hashlib import sha256
from typing import Any

import orjson

from mcu.connectors.base import Page, dig
from mcu.formats import FORMATS
from mcu.privacy.masking import mask
from mcu.privacy.pseudonyms import AUTHOR_KEY, Privacy
from mcu.settings import settings
from mcu.sources.spec import SourceSpec

REASONS = {
    "not_an_object": "Запись - не объект с полями: {what}",
    "required_missing": "Не заполнены обязательные поля: {what}",
    "bad_time": "Не дата и не время в поле: {what}",
    "bad_id": "Номер записи в поле {what} - не текст и не число",
    "rule_broken": "Нарушены правила формата: {what}",
    "unwritable": "Запись нельзя записать: {what}",
}
"""Reason code → what people read; field names, never values."""

LONGEST_ID = 500
MOST_RULES_TOLD = 5


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that could not land."""

    record_ref: str | None
    position: str
    payload: str
    """JSON, without identity."""
    code: str
    reason: str


@dataclass(slots=True)
class Batch:
    """One page made ready: `rows`, lines for COPY of (record_ref, source_updated_at, payload, payload_hash), and the
    refused."""

    refs: list[str] = field(default_factory=list)
    """record_ref of each row."""
    rows: bytes = b""
    refusals: list[Refusal] = field(default_factory=list)

    @property
    def read(self) -> int:
        return len(self.refs) + len(self.refusals)


class Intake:
    """Reads the records of one load. `latest` is the highest `updated_at` seen, for the cursor."""

    def __init__(self, spec: SourceSpec, observed_at: datetime) -> None:
        record = spec.record
        self.privacy = Privacy(spec)
        self.latest: datetime | None = None
        self.seen_fields: set[str] = set()
        self.unknown_fields: set[str] = set()
        self._expected = frozenset(spec.expected_fields)
        self._known = self._expected.union(spec.optional_fields)
        self._id_path = record.id
        self._required = [(path, _getter(path)) for path in record.required]
        times = record.instants
        self._times = [(path, _getter(path)) for path in times]
        self._updated_path = record.updated_at
        # Nearly every record is whole: one quick look at its own fields decides, names are found for the others.
        self._plain_required = [path for path in record.required if "." not in path]
        self._deep_required = [get for path, get in self._required if "." in path]
        # The time of change is looked at anyway when the version's moment is taken.
        quick = [path for path in times if path != record.updated_at]
        self._plain_times = [path for path in quick if "." not in path]
        self._deep_times = [_getter(path) for path in quick if "." in path]
        self._broken_rules = FORMATS[record.format] if record.format else None
        self._get_id = _getter(record.id)
        self._get_updated = _getter(record.updated_at) if record.updated_at else None
        self._met: dict[str, int] = {}
        self._shapes: dict[tuple[str, ...], tuple[tuple[str, ...], tuple[str, ...]]] = {}
        self._observed = observed_at
        self._observed_text = observed_at.isoformat().encode()
        self._zone = settings().tz

    def take(self, page: Page) -> Batch:
        """The page's records as lines and refusals; the records themselves are consumed."""
        self.unknown_fields.update(map(mask, page.unknown_fields))
        batch, lines = Batch(), []
        for index, record in enumerate(page.records):
            made = self._line(record)
            if len(made) == 2:
                batch.refs.append(made[0])
                lines.append(made[1])
            else:
                code, what, ref, payload = made
                reason = REASONS[code].format(what=what)
                batch.refusals.append(Refusal(ref, page.position(index), payload, code, reason))
        batch.rows = b"".join(lines)
        return batch

    def take_again(self, payloads: Sequence[Any]) -> list[tuple[str, bytes] | None]:
        """Kept payloads of refused records, free of identity already: (record_ref, line) of each that is good now."""
        lines: list[tuple[str, bytes] | None] = []
        for payload in payloads:
            ref = _ref_of(self._get_id(payload)) if isinstance(payload, dict) else None
            if ref is None or self._fault(payload) is not None or self._breach(payload) is not None:
                lines.append(None)
            else:
                lines.append((ref, _line(ref, self._moment_of(payload) or self._observed_text, _json(payload))))
        return lines

    def _line(self, record: Any) -> tuple[str, bytes] | tuple[str, str, str | None, str]:
        if type(record) is not dict:
            return "not_an_object", _KINDS.get(type(record), "пусто"), None, self._kept(record)
        shape = tuple(record)
        known = self._shapes.get(shape)
        unknown, walked = known if known is not None else self._learn(shape)
        raw_id = self._get_id(record)
        ref = _ref_of(raw_id)
        fault = None if self._is_whole(record) else self._fault(record)
        if fault is None and ref is None:
            fault = ("required_missing" if _is_empty(raw_id) else "bad_id"), self._id_path
        fault = fault or self._breach(record)
        moment = b"" if fault else self._moment_of(record)
        if moment is None:
            fault = "bad_time", str(self._updated_path)
        try:
            self.privacy.apply(record, unknown, walked)
        except RecursionError:
            return "unwritable", "поля вложены друг в друга слишком глубоко", ref, "{}"
        if fault is not None or ref is None or moment is None:
            code, what = fault or ("bad_id", self._id_path)
            return code, what, ref, self._kept_at_fault(record, what)
        try:
            payload = _json(record)
        except (TypeError, ValueError, RecursionError):
            return "unwritable", "в ней значение, которого нет в JSON", ref, _json_of_anything(record)
        if self._get_updated is None:
            # Two versions of a record in one export: the later row is the later version.
            nth = self._met[ref] = self._met.get(ref, -1) + 1
            if nth:
                moment = (self._observed + timedelta(microseconds=nth)).isoformat().encode()
        return ref, _line(ref, moment, payload)

    def _is_whole(self, record: dict[str, Any]) -> bool:
        """Whether nothing is wrong, by the quickest signs; False only sends the record to `_fault`."""
        get = record.get
        for name in self._plain_required:
            value = get(name)
            if not value or (type(value) is str and value.isspace()):
                return False
        for find in self._deep_required:
            if not find(record):
                return False
        try:
            for name in self._plain_times:
                if (value := get(name)) and (value[4] != "-" or _from_iso(value) is None):
                    return False
            for find in self._deep_times:
                if (value := find(record)) and (value[4] != "-" or _from_iso(value) is None):
                    return False
        except (ValueError, TypeError, LookupError):
            return False
        return True

    def _fault(self, record: dict[str, Any]) -> tuple[str, str] | None:
        """What is wrong with the record: reason code and the fields; None when nothing is."""
        missing = [path for path, get in self._required if _is_empty(get(record))]
        if missing:
            return "required_missing", ", ".join(missing)
        times = ((path, get(record)) for path, get in self._times)
        bad = [path for path, value in times if not _is_empty(value) and instant_of(value, self._zone) is None]
        return ("bad_time", ", ".join(bad)) if bad else None

    def _breach(self, record: dict[str, Any]) -> tuple[str, str] | None:
        """Which rules of its format the record breaks."""
        broken = self._broken_rules(record) if self._broken_rules else []
        return ("rule_broken", "; ".join(broken[:MOST_RULES_TOLD])) if broken else None

    def _moment_of(self, record: dict[str, Any]) -> bytes | None:
        """When this version came to be, as PostgreSQL reads it: by the source's word, else when it was handed over.
        None where the source's word is no time."""
        value = self._get_updated(record) if self._get_updated is not None else None
        if _is_empty(value):
            return self._observed_text
        instant = instant_of(value, self._zone)
        if instant is None:
            return None
        if self.latest is None or instant > self.latest:
            self.latest = instant
        if type(value) is str and len(value) == 25 and value[10] == "T" and value[22] == ":" and value[16] == ":":
            return value.encode()
        return instant.isoformat().encode()

    def _kept_at_fault(self, record: dict[str, Any], fields: str) -> str:
        """A refused record as JSON. Columns may have slipped and a name stand in the field at fault: it is masked."""
        for path in _paths(fields):
            if path != self._id_path:
                self.privacy.mask_field(record, path)
        try:
            return _json(record).decode()
        except (TypeError, ValueError, RecursionError):
            return _json_of_anything(record)

    def _learn(self, shape: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Of a record's fields: those that nobody expected, and those that may hold free text."""
        self.seen_fields.update(shape)
        unknown = tuple(name for name in shape if name not in self._known) if self._expected else ()
        self.unknown_fields.update(mask(name.replace("\x00", "")) for name in unknown)
        if len(self._shapes) > 1_000:  # a source whose every record differs must not fill the memory
            self._shapes.clear()
        self._shapes[shape] = unknown, self.privacy.walked(shape, unknown)
        return self._shapes[shape]

    def _kept(self, value: Any) -> str:
        value = self.privacy.apply_to_anything(value)
        try:
            return _json(value).decode()
        except (TypeError, ValueError, RecursionError):
            return _json_of_anything(value)

    def drift(self, *, is_whole: bool = True) -> dict[str, list[str]]:
        """Fields that nobody expected, and expected ones that no record had."""
        missing = self._expected - self.seen_fields if self.seen_fields and is_whole else set()
        found = {"unknown_fields": sorted(self.unknown_fields - {AUTHOR_KEY}), "missing_fields": sorted(missing)}
        return {name: fields for name, fields in found.items() if fields}


_KINDS: dict[type, str] = {
    list: "список",
    str: "текст",
    int: "число",
    float: "число",
    bool: "да/нет",
    type(None): "пусто",
}

_from_iso = datetime.fromisoformat


_LOCAL_TIME = re.compile(r"(\d\d)\.(\d\d)\.(\d{4})(?:[ T]+(\d{1,2}):(\d\d)(?::(\d\d))?)?").fullmatch


def instant_of(value: Any, zone: tzinfo) -> datetime | None:
    """An instant from ISO 8601 or «dd.mm.yyyy [HH:MM[:SS]]»; without an offset it is the municipality's time.
    None for anything else."""
    if type(value) is not str:
        return value if isinstance(value, datetime) else None
    try:
        if value[4:5] == "-" and value[7:8] == "-":
            found = datetime.fromisoformat(value)
            return found if found.tzinfo is not None else found.replace(tzinfo=zone)
        local = _LOCAL_TIME(value.strip())
        if local is None:
            return None
        day, month, year, hour, minute, second = local.groups(default="0")
        return datetime(int(year), int(month), int(day), int(hour), int(minute), int(second), tzinfo=zone)
    except ValueError:
        return None


def _paths(told: str) -> list[str]:
    """The fields of a fault: «created_at, status», or of broken rules «questions.1.code: …; number: …»."""
    if ":" not in told:
        return told.split(", ")
    return [re.sub(r"\.\d+", "", rule.partition(":")[0]) for rule in told.split("; ")]


def _getter(path: str) -> Callable[[dict[str, Any]], Any]:
    if "." in path:
        return lambda record: dig(record, path)
    return lambda record: record.get(path)


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _ref_of(value: Any) -> str | None:
    if type(value) is str:
        ref = value.strip()
        if not ref or len(ref) > LONGEST_ID:
            return None
        return ref if ref.isprintable() or ("\x00" not in ref and not _TORN(ref)) else None
    return str(value) if type(value) is int else None


def _json(value: Any) -> bytes:
    """The value as JSON that PostgreSQL takes (its jsonb knows no U+0000); equal values give equal bytes."""
    payload = orjson.dumps(value, default=str, option=orjson.OPT_SORT_KEYS)
    if b"\\u0000" in payload:
        payload = orjson.dumps(_without_nul(value), default=str, option=orjson.OPT_SORT_KEYS)
    return payload


_TORN = re.compile("[\ud800-\udfff]").search
_DEEPEST = 100


def _json_of_anything(value: Any) -> str:
    """What can be kept of a value that is no JSON: halves of characters, numbers out of all bounds and what lies too
    deep are replaced."""
    return json.dumps(_kept_part(value, 0), ensure_ascii=False)


def _kept_part(value: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, dict):
        return {str(_kept_part(str(key), depth)): _kept_part(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_kept_part(item, depth + 1) for item in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float) and abs(value) < 1e300:
        return value
    return str(value).replace("\x00", "").encode("utf-8", "replace").decode()


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_nul(item) for item in value]
    return value


def _line(ref: str, moment: bytes, payload: bytes) -> bytes:
    """A line of COPY's text format: ref, moment, payload, its SHA-256. JSON escapes line ends and tabs itself; only the
    backslash is left to double."""
    digest = sha256(payload).hexdigest()
    if b"\\" in payload:
        payload = payload.replace(b"\\", b"\\\\")
    if "\\" in ref or not ref.isprintable():
        ref = ref.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return b"%b\t%b\t%b\t\\\\x%b\n" % (ref.encode(), moment, payload, digest.encode())
