"""Removes identity from records before they are written: personal fields are dropped, the author becomes a keyed
pseudonym, free text is masked. Actions are counted; the values are stored nowhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from mcu.privacy import pepper
from mcu.privacy.identity import normal_identity
from mcu.privacy.labels import free_key, mask_label, may_be_phone
from mcu.privacy.masking import mask
from mcu.sources.spec import SourceSpec

AUTHOR_KEY = "author_key"
UNKNOWN = "(вне описания)"
"""Stands for a field that the spec does not know, because its own name may be anything."""

Actions = Counter[tuple[str, str]]
"""(field, action) → how many times."""


class Privacy:
    """Applies what a source's spec says about personal data to its records."""

    def __init__(self, spec: SourceSpec) -> None:
        personal = spec.personal
        self._masked: Actions = Counter()
        self._pepper = pepper.keys()
        self._identity = [(path, path.split(".")) for path in personal.identity]
        removed = list(dict.fromkeys([*personal.identity, *personal.drop]))
        # A field below a removed one goes with it.
        tops = [p for p in removed if not any(p.startswith(f"{other}.") for other in removed)]
        self._removed = [(path, path.split(".")) for path in tops]
        self._free_texts = frozenset(personal.text)
        self._texts = [(path, path.split("."), self._masker(path)) for path in personal.text if path not in removed]
        self._address = [path.split(".") for path in personal.address]
        # In the rest of a record, skip what is masked already and what must stay verbatim.
        record = spec.record
        self._passed = _tree([record.id, *record.instants, *personal.verbatim, *personal.text])
        self._maskers: dict[str, Callable[[str], str]] = {}
        self._clean: set[str] = set()
        self._clean_keys: set[str] = set()
        self._mask_unknown = self._masker(UNKNOWN)
        self._counts = [0] * (len(self._identity) + len(self._removed))
        self._names = [(path, "pseudonym") for path, _ in self._identity]
        self._names += [(path, "removed") for path, _ in self._removed]

    def walked(self, shape: Iterable[str], unknown: Iterable[str] = ()) -> tuple[str, ...]:
        """Which fields of a record (`shape`) may hold free text that the spec does not declare."""
        removed = {path for path, parts in self._removed if len(parts) == 1}
        taken = {*removed, *unknown}
        return tuple(name for name in shape if name not in taken and self._passed.get(name, _NOTHING) is not None)

    def apply(self, record: dict[str, Any], unknown: Iterable[str] = (), walked: tuple[str, ...] | None = None) -> None:
        """Remove identity from the record, in place. `unknown` fields, which the spec does not declare, are masked in
        full, because a new field may hold anything. A source's own field `author_key` is overwritten. `walked` is the
        result of `walked()` for the record's fields, if the caller has it."""
        if walked is None:
            walked = self.walked(record, unknown)
        key = self._author_key(record)
        self._remove_fields(record)
        for _, parts, masked in self._texts:
            if len(parts) == 1 and type(text := record.get(parts[0])) is str:
                record[parts[0]] = masked(text)
            else:
                _mask_at(record, parts, masked)
        for field in unknown:
            if field in record:
                value = _deep(record.pop(field), self._mask_unknown)
                record[free_key(record, self._mask_key(field))] = value
        self._mask_walked(record, walked)
        if self._identity:
            record[AUTHOR_KEY] = key

    def _author_key(self, record: dict[str, Any]) -> str | None:
        """The pseudonym of the first identity field that names somebody. A name identifies only with an address."""
        for place, (_, parts) in enumerate(self._identity):
            value = _get(record, parts)
            if value is not None and (normal := normal_identity(value)):
                if normal.startswith("name:"):
                    home = self._home(record)
                    if not home:
                        continue
                    normal = f"{normal}|{home}"
                self._counts[place] += 1
                return pepper.keyed(self._pepper, normal)
        return None

    def _remove_fields(self, record: dict[str, Any]) -> None:
        counts = self._counts
        for place, (_, parts) in enumerate(self._removed, len(self._identity)):
            if len(parts) == 1:
                if record.pop(parts[0], None):
                    counts[place] += 1
            elif len(parts) == 2 and type(inner := record.get(parts[0])) is dict:
                if inner.pop(parts[1], None):
                    counts[place] += 1
            elif _remove(record, parts):
                counts[place] += 1

    def _mask_walked(self, record: dict[str, Any], walked: tuple[str, ...]) -> None:
        passed, clean = self._passed, self._clean
        for field in walked:
            value: Any = record.get(field)
            kind = type(value)
            if kind is str:
                if len(value) >= _SHORTEST and value not in clean:
                    record[field] = self._mask_quickly(value, field)
            elif kind is dict or kind is list:
                self._mask_below(value, passed.get(field, _NOTHING), field)
            elif kind in _NUMBERS and may_be_phone(value):
                record[field] = self._mask_number(value, field)

    def _trader(self, name: str) -> str:
        """The token of a sole trader: the same for the same spelled name, so that two recipients stay two."""
        words = " ".join(_WORDS(name.casefold().replace("ё", "е")))
        return f"[ИП {pepper.keyed(self._pepper[:1], f'trader:{words}')[:8]}]"

    def _home(self, record: dict[str, Any]) -> str:
        """The author's address in one spelling."""
        address = " ".join(str(_get(record, parts) or "") for parts in self._address)
        return " ".join(_WORDS(address.casefold().replace("ё", "е")))

    def _mask_rest(self, node: dict[Any, Any], passed: _Passed, field: str) -> None:
        """Mask undeclared texts of an object: officials write names into any field."""
        if node.keys() <= passed.keys() and not any(passed.values()):
            return  # every field of it may stay, as in most entries of a history
        for key, value in node.items():
            kind = type(value)
            if kind is str:
                if len(value) < _SHORTEST or value in self._clean or passed.get(key, passed) is None:
                    continue
                node[key] = self._mask_quickly(value, field)
            elif kind is dict or kind is list:
                below = passed.get(key, _NOTHING)
                if below is not None:
                    self._mask_below(value, below, field)
            elif kind in _NUMBERS and may_be_phone(value) and passed.get(key, passed) is not None:
                node[key] = self._mask_number(value, field)
        if not self._clean_keys.issuperset(node):
            self._mask_keys(node)

    def _mask_keys(self, node: dict[Any, Any]) -> None:
        """Mask the keys of an object: a system may use names of people as keys."""
        for key in [key for key in node if key not in self._clean_keys]:
            if (masked := self._mask_key(str(key))) != key:
                node[free_key(node, masked)] = node.pop(key)
            elif len(self._clean_keys) < _MOST_REMEMBERED:
                self._clean_keys.add(key)

    def _mask_key(self, key: str) -> str:
        if (masked := mask_label(key)) != key:
            self._masked[UNKNOWN, "masked key"] += 1
        return masked

    def _mask_number(self, value: Any, field: str) -> Any:
        """The number, or the token of the phone that it is."""
        text = str(int(value)) if type(value) is float else str(value)
        return value if (masked := self._masker(field)(text)) == text else masked

    def _mask_below(self, value: Any, passed: _Passed, field: str) -> None:
        if type(value) is dict:
            self._mask_rest(value, passed, field)
        elif type(value) is list:
            for place, item in enumerate(value):
                kind = type(item)
                if kind is str:
                    value[place] = self._mask_quickly(item, field)
                elif kind in _NUMBERS:
                    if may_be_phone(item):
                        value[place] = self._mask_number(item, field)
                else:
                    self._mask_below(item, passed, field)

    def _mask_quickly(self, text: str, field: str) -> str:
        """The masked text. Most such texts are recurring values of a list, so clean ones are remembered."""
        if len(text) < _SHORTEST or text in self._clean:
            return text
        if _MAY_IDENTIFY(text):
            masker = self._maskers.get(field) or self._maskers.setdefault(field, self._masker(field))
            if (masked := masker(text)) != text:
                return masked
        if len(self._clean) > _MOST_REMEMBERED:
            self._clean.clear()
        self._clean.add(text)
        return text

    def take_actions(self) -> Actions:
        """The actions since the last call."""
        actions = self._masked + Counter(dict(zip(self._names, self._counts, strict=True)))
        self._mask_unknown = self._masker(UNKNOWN)
        self._counts = [0] * len(self._counts)
        self._masked = Counter()
        return actions

    def mask_field(self, record: dict[str, Any], path: str) -> None:
        """Mask one field in full."""
        _mask_at(record, path.split("."), self._masker(path))

    def apply_to_anything(self, value: Any) -> Any:
        """Mask every text in a value that is not a record."""
        return _deep(value, self._mask_unknown)

    def _masker(self, field: str) -> Callable[[str], str]:
        is_free_text = field in self._free_texts

        def masked(text: str) -> str:
            counts: dict[str, int] = {}
            result = mask(text, counts, None if is_free_text else self._trader)
            for token, count in counts.items():
                self._masked[field, f"masked {token}"] += count
            return result

        return masked


_Passed = dict[str, Any]
"""Field → None if the field is skipped, else the same for the fields below it."""
_NOTHING: _Passed = {}
_SHORTEST = 6
_MOST_REMEMBERED = 50_000
_NUMBERS = frozenset((int, float, Decimal))
_MAY_IDENTIFY = re.compile(r"[\s\d@]").search
_WORDS = re.compile(r"\w+").findall


def _tree(paths: Iterable[str]) -> _Passed:
    tree: _Passed = {}
    for path in sorted(paths, key=len, reverse=True):  # a whole field overrides its parts
        *above, last = path.split(".")
        node = tree
        for part in above:
            node = node.setdefault(part, {})
        node[last] = None
    return tree


def _get(record: Any, parts: list[str]) -> Any:
    for part in parts:
        if type(record) is not dict:
            return None
        record = record.get(part)
    return record if type(record) in (str, int) else None


def _remove(node: Any, parts: list[str]) -> bool:
    """Remove the field, also from each item of a list. True if it held a value."""
    if isinstance(node, list):
        return sum(_remove(item, parts) for item in node) > 0
    if type(node) is not dict or parts[0] not in node:
        return False
    if len(parts) == 1:
        return node.pop(parts[0]) not in (None, "", {}, [])
    if isinstance(node[parts[0]], str | int | float):
        # Not the object that the spec describes: it may hold anything, so it goes.
        return node.pop(parts[0]) is not None
    return _remove(node[parts[0]], parts[1:])


def _mask_at(node: Any, parts: list[str], masked: Callable[[str], str]) -> None:
    if isinstance(node, list):
        for item in node:
            _mask_at(item, parts, masked)
        return
    if type(node) is not dict:
        return
    value = node.get(parts[0])
    if value is None:
        return
    if len(parts) == 1 or isinstance(value, str | int | float):
        node[parts[0]] = masked(value) if type(value) is str else _deep(value, masked)
    else:
        _mask_at(value, parts[1:], masked)


def _deep(value: Any, masked: Callable[[str], str]) -> Any:
    """The value with every text and key masked. A number that would be masked as text (a phone) becomes its token."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, dict):
        made: dict[str, Any] = {}
        for key, item in value.items():
            name = str(key)
            name = masked(name) if (labelled := mask_label(name)) == name else labelled
            made[free_key(made, name)] = _deep(item, masked)
        return made
    if isinstance(value, list):
        return [_deep(item, masked) for item in value]
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
        return value if (result := masked(text)) == text else result
    return value
