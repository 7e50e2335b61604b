"""Turns a source's records into lines for COPY. Each record is checked, made free of identity and written as JSON, or
rejected with a reason. This is the hot loop of landing: what can be decided once per load is decided in `__init__`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from mcu.connectors.base import Fault, Page, dig
from mcu.formats import FORMATS
from mcu.landing.composed import composed_records
from mcu.landing.payload import copy_line, json_of, json_of_anything, storable_text
from mcu.moments import FORMS, NotAMoment
from mcu.privacy.labels import HIDDEN, is_personal_number, mask_label, mask_message
from mcu.privacy.pseudonyms import AUTHOR_KEY, Privacy
from mcu.settings import settings
from mcu.sources.spec import SourceSpec

REASONS = {
    "not_an_object": "Запись - не объект с полями: {what}",
    "required_missing": "Не заполнены обязательные поля: {what}",
    "no_date": "Вместо даты стоит её заглушка (01.01.0001, 30.12.1899 и подобные) в обязательном поле: {what}",
    "bad_time": "Не дата и не время в поле: {what} (читается {forms})",
    "bad_year": "Год не может быть верным в поле: {what}",
    "bad_id": "Номер записи в поле {what} - не текст и не число",
    "odd_id": "Номер записи в поле {what} - не такой, как в описании источника (id_pattern); сам номер не сохранён",
    "personal_id": "Номер записи в поле {what} похож на телефон, почту или имя; сам номер не сохранён. Если это и есть"
    " номер, опишите его вид в источнике: record.id_pattern",
    "rule_broken": "Нарушены правила формата: {what}",
    "unwritable": "Запись нельзя записать: {what}",
}
"""Reason code → text for people; it names fields, never values."""

LONGEST_ID = 500
LARGEST_RECORD = 8 << 20
"""Bytes of a record as JSON. No message is longer; a text without an end would fill the database and every page."""
MOST_RULES_NAMED = 5
_TOO_DEEP = Fault("unwritable", REASONS["unwritable"].format(what="поля вложены друг в друга слишком глубоко"))


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that cannot land. `position` is its place in the source, for people; `payload` is JSON, without
    identity."""

    record_ref: str | None
    position: str
    payload: str
    code: str
    reason: str


@dataclass(slots=True)
class Batch:
    """One prepared page. `rows` are lines for COPY of (record_ref, source_updated_at, payload, payload_hash); `refs` is
    the record_ref of each line."""

    refs: list[str] = field(default_factory=list)
    rows: bytes = b""
    rejects: list[Reject] = field(default_factory=list)

    @property
    def read(self) -> int:
        """How many records the page had."""
        return len(self.refs) + len(self.rejects)


class Intake:
    """Prepares the records of one load. `latest` is the highest `updated_at` seen that is not in the future; it
    becomes the cursor."""

    def __init__(self, spec: SourceSpec, observed_at: datetime) -> None:
        record = spec.record
        self.privacy = Privacy(spec)
        self.latest: datetime | None = None
        self.seen_fields: set[str] = set()
        self.unknown_fields: set[str] = set()
        self.notes: dict[str, None] = {}
        self._expected = frozenset(spec.expected_fields)
        self._known = self._expected.union(spec.optional_fields)
        self._id_path = record.id
        self._id_pattern = re.compile(record.id_pattern) if record.id_pattern else None
        self._required = [(path, _getter(path)) for path in record.required]
        self._required_paths = frozenset(record.required)
        moments = {path: record.moments(path, settings().tz, observed_at.year) for path in record.instants}
        self._times = [(path, _getter(path), reader) for path, reader in moments.items()]
        self._forms = ", ".join([*record.forms, FORMS])
        self.no_dates: Counter[str] = Counter()
        self.rewritten_times: Counter[str] = Counter()
        # Nearly every record is faultless. A quick check of its own fields proves it; only the others are examined.
        self._top_required = [path for path in record.required if "." not in path]
        self._deep_required = [get for path, get in self._required if "." in path]
        # The time of change is checked anyway when the version's moment is taken.
        quick = [(path, get, reader.usual) for path, get, reader in self._times if path != record.updated_at]
        self._top_times = [(path, usual) for path, _, usual in quick if "." not in path]
        self._deep_times = [(get, usual) for path, get, usual in quick if "." in path]
        self._broken_rules = FORMATS[record.format] if record.format else None
        self._get_id = _getter(record.id)
        self._get_updated = _getter(record.updated_at) if record.updated_at else None
        self._updated = moments[record.updated_at] if record.updated_at else None
        self._met: dict[str, int] = {}
        self._shapes: dict[tuple[str, ...], tuple[tuple[str, ...], tuple[str, ...]]] = {}
        self._observed = observed_at
        # A slip such as the year 2030 must not move the cursor past all that comes before it.
        self._cursor_limit = observed_at + timedelta(days=1)
        self._observed_text = observed_at.isoformat().encode()

    def take(self, page: Page) -> Batch:
        """The page's records as lines and rejects. Changes the records in place."""
        self.unknown_fields.update(map(mask_label, page.unknown_fields))
        self.notes.update(dict.fromkeys(map(mask_message, page.notes)))
        if (place := mask_message(page.place)) != page.place:
            page = replace(page, place=place)
        batch, lines, faults = Batch(), [], page.faults
        for index, record in enumerate(composed_records(page)):
            if index in faults:
                batch.rejects.append(self._reject(record, faults[index], page.position(index)))
                continue
            try:
                made = self._line(record)
            except RecursionError:
                batch.rejects.append(self._reject(record, _TOO_DEEP, page.position(index)))
                continue
            if len(made) == 2:
                batch.refs.append(made[0])
                lines.append(made[1])
            else:
                code, what, ref, payload = made
                reason = REASONS[code].format(what=what, forms=self._forms)
                batch.rejects.append(Reject(ref, page.position(index), payload, code, reason))
        batch.rows = b"".join(lines)
        return batch

    def _reject(self, record: Any, fault: Fault, position: str) -> Reject:
        """A record that could not be read: only its number is stored, or its place if that is unknown or a name."""
        ref = _ref_of(self._get_id(record)) if isinstance(record, dict) else None
        if ref is not None and (ref == HIDDEN or self._wrong_id(ref)):
            ref = None
        payload = json_of({self._id_path: ref} if ref else {"position": position}).decode()
        return Reject(ref, position, payload, fault.code, fault.reason)

    def take_again(self, payloads: Sequence[Any]) -> list[tuple[str, bytes] | None]:
        """Check stored payloads of rejected records again; they are free of identity already. (record_ref, line) for
        each that is good now, None for the others."""
        lines: list[tuple[str, bytes] | None] = []
        for payload in payloads:
            ref = _ref_of(self._get_id(payload)) if isinstance(payload, dict) else None
            is_good_id = ref is not None and ref != HIDDEN and not self._wrong_id(ref)
            if ref is None or not is_good_id or self._fault(payload) or self._rule_fault(payload):
                lines.append(None)
            else:
                lines.append((ref, copy_line(ref, self._moment_of(payload) or self._observed_text, json_of(payload))))
        return lines

    def _line(self, record: Any) -> tuple[str, bytes] | tuple[str, str, str | None, str]:
        """(record_ref, line), or of a reject (reason code, fields, record_ref, payload). Raises RecursionError for what
        is nested too deep to be masked."""
        if type(record) is not dict:
            return "not_an_object", _KINDS.get(type(record), "пусто"), None, self._json_of_no_record(record)
        shape = tuple(record)
        known = self._shapes.get(shape)
        unknown, walked = known if known is not None else self._learn(shape)
        raw_id = self._get_id(record)
        ref = _ref_of(raw_id)
        fault = None if self._is_faultless(record) else self._fault(record)
        if fault is None and ref is None:
            fault = ("required_missing" if _is_empty(raw_id) else "bad_id"), self._id_path
        if ref is not None and (wrong := self._wrong_id(ref)):
            fault, ref = (wrong, self._id_path), None
            _put(record, self._id_path, HIDDEN)
        elif ref is None and not _is_empty(raw_id):
            _put(record, self._id_path, self.privacy.apply_to_anything(raw_id))
        fault = fault or self._rule_fault(record)
        moment = None if fault else self._moment_of(record)
        if moment is None and fault is None:
            fault = self._settle_times(record)
            moment = None if fault else self._moment_of(record)
        self.privacy.apply(record, unknown, walked)
        if fault is not None or ref is None or moment is None:
            code, what = fault or ("bad_id", self._id_path)
            return code, what, ref, self._json_of_reject(record, what)
        try:
            payload = json_of(record)
        except (TypeError, ValueError, RecursionError):
            return "unwritable", "в ней значение, которого нет в JSON", ref, json_of_anything(record)
        if len(payload) > LARGEST_RECORD:
            what = f"она больше {LARGEST_RECORD >> 20} МБ"
            return "unwritable", what, ref, json_of({self._id_path: ref}).decode()
        if self._get_updated is None:
            # Two versions of a record in one export: the later row is the later version.
            nth = self._met[ref] = self._met.get(ref, -1) + 1
            if nth:
                moment = (self._observed + timedelta(microseconds=nth)).isoformat().encode()
        return ref, copy_line(ref, moment, payload)

    def _wrong_id(self, ref: str) -> str:
        """The reason code of a number that must not be stored, as it may be personal data; empty for a good one."""
        if self._id_pattern:
            return "" if self._id_pattern.fullmatch(ref) else "odd_id"
        return "personal_id" if is_personal_number(ref) else ""

    def _is_faultless(self, record: dict[str, Any]) -> bool:
        """True if a quick check finds nothing wrong. False proves nothing: `_fault` decides then."""
        get = record.get
        for name in self._top_required:
            value = get(name)
            if not value or (type(value) is str and value.isspace()):
                return False
        for find in self._deep_required:
            if not find(record):
                return False
        try:
            for name, usual in self._top_times:
                if (value := get(name)) and usual(value) is None:
                    return False
            for find, usual in self._deep_times:
                if (value := find(record)) and usual(value) is None:
                    return False
        except (ValueError, TypeError, LookupError):
            return False
        return True

    def _fault(self, record: dict[str, Any]) -> tuple[str, str] | None:
        """What is wrong with the record: (reason code, fields); None if nothing is. Without a fault its times are
        rewritten to forms that staging reads, and placeholders of a date to null."""
        missing = [path for path, get in self._required if _is_empty(get(record))]
        if missing:
            return "required_missing", ", ".join(missing)
        return self._settle_times(record)

    def _settle_times(self, record: dict[str, Any]) -> tuple[str, str] | None:
        """What is wrong with the record's times. If nothing is, odd forms are rewritten to those that staging reads,
        and placeholders of a date to null; both are counted."""
        faults: dict[str, list[str]] = {}
        landed: dict[str, str | None] = {}
        for path, get, moments in self._times:
            value = get(record)
            if _is_empty(value):
                continue
            try:
                moment = moments.read(value)
            except NotAMoment as fault:
                faults.setdefault(fault.code, []).append(path)
                continue
            if moment is None and path in self._required_paths:
                faults.setdefault("no_date", []).append(path)
            elif moment is None or moment.text != value:
                landed[path] = moment.text if moment else None
        for code, paths in faults.items():
            return code, ", ".join(paths)
        for path, text in landed.items():
            (self.no_dates if text is None else self.rewritten_times)[path] += 1
            _put(record, path, text)
        return None

    def _rule_fault(self, record: dict[str, Any]) -> tuple[str, str] | None:
        """The same for the rules of its format."""
        broken = self._broken_rules(record) if self._broken_rules else []
        return ("rule_broken", "; ".join(broken[:MOST_RULES_NAMED])) if broken else None

    def _moment_of(self, record: dict[str, Any]) -> bytes | None:
        """When this version arose, as text for PostgreSQL: the source's own time, or without one the time of the load.
        None if the source's value is no time, or must be rewritten first."""
        value = self._get_updated(record) if self._get_updated is not None else None
        if self._updated is None or value is None or _is_empty(value):
            return self._observed_text
        instant = self._updated.instant(value)
        if instant is None:
            return None
        if (self.latest is None or instant > self.latest) and instant < self._cursor_limit:
            self.latest = instant
        if len(value) == 25 and value[10] == "T" and value[22] == ":" and value[16] == ":":
            return value.encode()  # type: ignore[no-any-return]  # a text: it has a usual form
        return instant.isoformat().encode()

    def _json_of_reject(self, record: dict[str, Any], fields: str) -> str:
        """A rejected record as JSON. The field at fault and all times are masked: if columns have slipped, they may
        hold a name."""
        for path in {*_paths(fields), *(path for path, _, _ in self._times)} - {self._id_path}:
            self.privacy.mask_field(record, path)
        try:
            return json_of(record).decode()
        except (TypeError, ValueError, RecursionError):
            return json_of_anything(record)

    def _learn(self, shape: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """For the fields of a record: (those that the spec does not know, those that may hold free text)."""
        self.seen_fields.update(shape)
        if self._expected:
            unknown = tuple(name for name in shape if name not in self._known)
            self.unknown_fields.update(mask_label(storable_text(name)) for name in unknown)
        else:  # any field may come; a name of one that says who somebody is may not
            unknown = tuple(name for name in shape if mask_label(name) != name)
        if len(self._shapes) > 1_000:  # records that all differ in their fields must not fill the memory
            self._shapes.clear()
        self._shapes[shape] = unknown, self.privacy.walked(shape, unknown)
        return self._shapes[shape]

    def _json_of_no_record(self, value: Any) -> str:
        value = self.privacy.apply_to_anything(value)
        try:
            return json_of(value).decode()
        except (TypeError, ValueError, RecursionError):
            return json_of_anything(value)

    def times_changed(self) -> dict[str, dict[str, int]]:
        """Field → how many `no_dates` (placeholders that landed as null) and `rewritten_times` it had."""
        found = {"no_dates": self.no_dates, "rewritten_times": self.rewritten_times}
        return {name: dict(counts) for name, counts in found.items() if counts}

    def drift(self) -> dict[str, list[str]]:
        """`unknown_fields` that the spec does not know and expected `missing_fields` that no record had. Empty lists
        are left out."""
        missing = self._expected - self.seen_fields if self.seen_fields else set()
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


def _paths(fault: str) -> list[str]:
    """The fields that a fault names: «created_at, status», or broken rules «questions.1.code: …; number: …»."""
    if ":" not in fault:
        return fault.split(", ")
    return [re.sub(r"\.\d+", "", rule.partition(":")[0]) for rule in fault.split("; ")]


def _getter(path: str) -> Callable[[dict[str, Any]], Any]:
    if "." in path:
        return lambda record: dig(record, path)
    return lambda record: record.get(path)


def _put(record: dict[str, Any], path: str, value: Any) -> None:
    """Set the value at a dotted path that the record has."""
    parents, _, name = path.rpartition(".")
    owner = dig(record, parents) if parents else record
    owner[name] = value


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


_HALF_CHARACTER = re.compile("[\ud800-\udfff]").search


def _ref_of(value: Any) -> str | None:
    if type(value) is str:
        ref = value.strip()
        if not ref or len(ref) > LONGEST_ID:
            return None
        return ref if ref.isprintable() or ("\x00" not in ref and not _HALF_CHARACTER(ref)) else None
    return str(value) if type(value) is int else None
