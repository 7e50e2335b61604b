"""Personal data in what things are called: files, sheets, columns, record numbers. People name an export «Жалоба
Иванова И.И. 89211234567.xlsx», and the name goes where no text goes: into the ledger, alerts and logs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mcu.privacy.contacts import mails
from mcu.privacy.masking import mask
from mcu.privacy.people import people

_TIMES = (
    r"(?<!\d)(?:(?:19|20)\d\d[-_.]?[01]\d(?:[-_.]?[0-3]\d)?|[0-3]\d[-_.][01]\d[-_.](?:19|20)?\d\d)"
    r"(?:[-_. T]{0,2}[0-2]\d[-_.:]?[0-5]\d(?:[-_.:]?[0-5]\d)?)?(?!\d)"
    r"|(?<!\d)(?<!\d[-_.: ])[0-2]\d[-_.:][0-5]\d(?:[-_.:][0-5]\d)?(?![-_.: ]?\d)"
)
_TIME = re.compile(f"({_TIMES})")
"""The time of an export, which must stay readable: «2026-11-05_10-30-00» is no phone."""
_ENDING = re.compile(r"(?:\.[A-Za-z0-9]{1,5})?$")
_STUCK = re.compile(r"(?<=[а-яё])(?=[А-ЯЁ])|(?<=[А-ЯЁ])(?=[А-ЯЁ][а-яё])")


def mask_file_name(name: str) -> str:
    """The name, also «архив.zip/файл.csv», with tokens for what identifies a person; ending and times stay."""
    return "/".join(map(_masked_part, name.split("/")))


def mask_label(text: str) -> str:
    """The title of a sheet or a column, or another short text in which words may be joined by signs."""
    text = mask(text)
    for spaced in (re.sub(r"[_.+\-]+", " ", text), _STUCK.sub(" ", re.sub(r"[_.+\-]+", " ", text))):
        if spaced != text and (masked := mask(spaced)) != spaced:
            return masked
    return text


def mask_message(text: str) -> str:
    """A message that quotes names of a file, a sheet or a column in «…»."""
    pieces = _TIME.split(_QUOTED.sub(lambda found: f"«{mask_file_name(found[1])}»", text))
    return "".join(piece if place % 2 else mask(piece) for place, piece in enumerate(pieces))


_QUOTED = re.compile(r"«([^«»]*)»")


def _masked_part(name: str) -> str:
    found = _ENDING.search(name)
    end = found.start() if found else len(name)
    pieces = _TIME.split(name[:end])
    stem = "".join(piece if place % 2 else mask_label(piece) for place, piece in enumerate(pieces))
    return stem + name[end:]


# ---------------------------------------------------------------- numbers of records

HIDDEN = "[НОМЕР СКРЫТ]"

_SUSPECT = re.compile(
    r"@|[0-9](?:[^0-9A-Za-zА-Яа-яЁё]{0,3}[0-9]){9}|[А-Яа-яЁё]{2}.*[А-ЯЁ]|[А-ЯЁ].*[А-Яа-яЁё]{2}"
).search
_PHONE = re.compile(
    r"(?<![0-9])(?:\+?7|8)[\s\-().]{0,3}9[0-9]{2}(?:[\s\-().]{0,2}[0-9]){7}(?![0-9])"
    r"|(?<![0-9])\+7(?:[\s\-().]{0,2}[0-9]){10}(?![0-9])"
    r"|(?<![0-9])9[0-9]{2}[\s\-()]{1,2}[0-9]{3}[\s\-]{1,2}[0-9]{2}[\s\-]?[0-9]{2}(?![0-9])"
    r"|(?<![0-9])[0-9]{3}-[0-9]{3}-[0-9]{3}[\s\-][0-9]{2}(?![0-9])"
).search
"""A phone, or a СНИЛС. Less than what masking of texts takes: a running number may look like a card or an account."""


def is_personal_number(ref: str) -> bool:
    """True if the number of a record is obviously a phone, a mail or a name."""
    if not _SUSPECT(ref):
        return False
    spaced = re.sub(r"[_/]+", " ", ref)
    return bool(_PHONE(ref) or next(mails(ref), None) or next(people(spaced), None))


# ---------------------------------------------------------------- keys and numbers in a record


def free_key(node: Mapping[str, Any], key: str) -> str:
    """The key, with a number if the object has it already: of two names that became one token both values stay."""
    number, free = 1, key
    while free in node:
        number += 1
        free = f"{key} {number}"
    return free


def may_be_phone(value: float | Decimal) -> bool:
    """True if a number has the digits of a phone: 79211234567, 89211234567 or 9211234567."""
    if isinstance(value, Decimal) and not value.is_finite():
        return False
    return (79_000_000_000 <= value < 90_000_000_000 or 9_000_000_000 <= value < 10_000_000_000) and value == int(value)
