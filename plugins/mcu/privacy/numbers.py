"""Finds numbers that identify a person in free text: phones, passports, cards, accounts, СНИЛС, ИНН, flats."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcu.privacy.tokens import ACCOUNT, CARD, FLAT, INN, PASSPORT, PHONE, SNILS, Span

_SEP = r"[\s\-‐-―−.()_/·]{0,4}"
_HYPHEN = r"[\-‐-―−]"
_FIVE_DIGITS = re.compile(r"\d(?:[^\dА-Яа-яA-Za-z]{0,4}\d){4}").search
_NUMBER = re.compile(
    rf"""
    (?=[\d+(иИсСпПтТмМзЗдДвВфФwWvV])  # how any of these begins: most positions are decided by this
    (?:
    (?P<account>(?<!\d)(?:40[578]|42[36])(?:[\s.\-]{{0,2}}\d){{17}}(?!\d))
  | (?P<card>(?<!\d)[2-9]\d{{3}}(?P<between>[\s\-–.]{{0,3}})\d{{4}}(?:(?P=between)\d{{4}}){{2}}
      (?:[\s\-]?\d{{2,3}})?(?!\d))
  | (?i:инн)[\s.:№\-]{{0,4}}(?P<inn_named>\d{{12}})(?!\d)
  | (?P<inn>(?<!\d)\d{{12}}(?!\d))
  | (?i:снилс)\D{{0,12}}?(?P<snils_named>\d(?:[\s\-‐-―]{{0,3}}\d){{10}})(?!\d)
  | (?P<snils>(?<!\d)(?<!\d[\s\-])\d{{3}}[\s\-‐-―]{{1,2}}\d{{3}}[\s\-‐-―]{{1,2}}\d{{3}}[\s\-‐-―]{{0,3}}\d{{2}}(?!\d))
  | (?i:пасп\w*|п-т|серия|серии)\D{{0,25}}?(?P<passport_named>\d{{2}}\s?\d{{2}}\D{{0,15}}\d{{3}}\s?\d{{3}})(?!\d)
  | (?P<passport>(?<![\d])(?<!\d[.\-])\d{{2}}\s?\d{{2}}(?:\s{{1,3}}|\s?(?:№|N|\#|/|-|номер)\s?)\d{{3}}\s?\d{{3}}(?!\d))
  | (?i:(?<![а-яё])(?:тел(?:ефон\w*)?|т\.|моб|мобил\w+|сот|сотов\w+|(?:по|пере|до)?звон\w+|в[ао][тц]с?ап\w*
      |вайбер\w*|факс)|whatsapp|viber)
    [\s.,:;№\-–()]{{0,6}}(?P<phone_named>\+?\d(?:{_SEP}\d){{4,11}})(?!\d)
  | (?P<phone>
        (?:\+\s?7|(?<![\d])(?<!\d[.,])[78])(?:{_SEP}\d){{10}}(?!\d)
      | \+\s?\d{{1,3}}(?:{_SEP}\d){{8,12}}(?!\d)
      | (?<![\d])(?<!\d[.,])9(?:{_SEP}\d){{9}}(?!\d)
      | \(\s?\d{{3,5}}\s?\)(?:{_SEP}\d){{5,7}}(?!\d)
      | (?<![\d\-–./])\d{{3,5}}[\s\-–]{{1,3}}\d{{1,3}}{_HYPHEN}\d\d{_HYPHEN}\d\d(?!\d|{_HYPHEN}\d|\.\d)
      | (?<![\d\-–./])\d{{1,3}}{_HYPHEN}\d\d{_HYPHEN}\d\d(?!\d|{_HYPHEN}\d|\.\d)
    ))
    """,
    re.X,
)
_ODD = r"(?:_|[^\w\n]){0,4}"
_HAS_ODD_SIGNS = re.compile(r"[0-9]\s{0,2}[*~|:,;=_\#\\•^!?+\"'/]\s{0,2}9?[0-9]{2,3}[^\w.\-\s]").search
_ODD_PHONE = re.compile(
    rf"(?:\+\s?7|(?<!\d)(?<!\d[.,:])[78]){_ODD}9\d\d(?:{_ODD}\d){{7}}(?!\d)"
    r"|(?<!\d)(?<!\d[.,:])9\d\d(?P<odd>[*~|:,;=_])\d{3}(?P=odd)\d\d(?P=odd)\d\d(?!\d)"
).finditer
"""A phone that was written so that no program finds it: «8*921*123*45*67»."""
_TOKEN_OF = {
    "account": ACCOUNT,
    "card": CARD,
    "snils": SNILS,
    "snils_named": SNILS,
    "passport": PASSPORT,
    "passport_named": PASSPORT,
    "phone": PHONE,
    "phone_named": PHONE,
    "inn": INN,
    "inn_named": INN,
}
_DATE = re.compile(r"(?<!\d)(?:\d{1,2}[.\-/]\d{1,2}[.\-/](?:19|20)\d\d|(?:19|20)\d\d-\d\d-\d\d)(?!\d)").search
_SHORT_DATE = re.compile(r"(?:0?[1-9]|[12]\d|3[01]).(?:0[1-9]|1[0-2]).\d\d").fullmatch
_YEARS = re.compile(r"(?:(?:19|20)\d\d\D*){4}").fullmatch


_LONGEST = 100
"""Signs of a number and the word before it."""


def numbers(text: str) -> Iterator[Span]:
    place = 0
    while near := _FIVE_DIGITS(text, place):
        m = _NUMBER.search(text, max(place, near.start() - 60), near.start() + 2 * _LONGEST)
        if m is None:  # none begins in the first half of what was searched
            place = near.start() + _LONGEST
            continue
        kind = m.lastgroup or ""
        start, stop = m.span(kind)
        place = stop
        found = m[kind]
        if date := _DATE(found):
            place = start + date.end()
            continue
        if (
            (kind == "card" and _YEARS(found))
            or (kind == "phone" and _SHORT_DATE(found))
            or (kind == "inn" and not _is_inn(found))
        ):
            place = start + 1
            continue
        yield start, stop, _TOKEN_OF[kind]
    if _HAS_ODD_SIGNS(text):
        for m in _ODD_PHONE(text):
            yield m.start(), m.end(), PHONE


def _is_inn(digits: str) -> bool:
    """True if the two check digits of a twelve-digit taxpayer number (ИНН of a person) are right."""
    weights = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
    return all(
        sum(int(d) * w for d, w in zip(digits, weights[start:], strict=False)) % 11 % 10 == int(digits[11 - start])
        for start in (1, 0)
    )


_HAS_FLAT = re.compile(r"[кК][вВ](?:[.\s№\d]|артир)|[дДмМ]\.?\s?\d+\w?\s?-").search
_FLAT = re.compile(
    r"(?<![а-яё])кв(?:артир[а-яё]*|\.)?\s{0,3}(?:№|N|номер)?\s{0,2}(\d{1,4}(?!\d)(?:[а-яё](?![а-яё]))?+)(?![\dа-яё]|\s?(?:кв|г\b|год|°|град|[,.]\d))"
    r"|(?<![\d.,])(\d{1,4})\s?-?\s?(?:й|я|ю|ой|ая|ую|ей)\s+кв(?:артир[а-яё]*|\.)"
    r"|(?<![а-яё])(?:д|дом)\.?\s?\d{1,3}[а-я]?\s?-\s?(\d{1,4})(?![\dа-яё]|\s?[\-.,/]\d|\s?-?[йя]\b)",
    re.I,
)


def flats(text: str) -> Iterator[Span]:
    if _HAS_FLAT(text):
        for m in _FLAT.finditer(text):
            yield *m.span(m.lastindex or 1), FLAT
