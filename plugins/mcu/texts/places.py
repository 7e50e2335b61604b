"""The street and the house that a text or an address names, so that «ул. Садовая, д. 5» and «на улице Садовой, 5» are
one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

_KIND = re.compile(
    r"\b(?:ул(?:иц[аеуы]|\.| )|пр(?:осп)?(?:ект[аеу]?|-т|\.)|пер(?:еул(?:ок|к[аеу])|\.)|ш(?:оссе|\.)|бульвар[аеу]?"
    r"|проезд[аеу]?|наб(?:ережн(?:ая|ой|ую)|\.)|пл(?:ощад[ьи]|\.)|мкр\.?|микрорайон[аеу]?)(?![а-я])\s*[«\"]?\s*"
)
_NUMBER = r"(?P<house>\d{1,3}\s?[а-я]?(?![а-я0-9])(?:\s?/\s?\d{1,3}[а-я]?)?)"
_NAME_HOUSE = re.compile(
    r"(?P<name>(?:\d{1,2}-?(?:я|й|го|ая|ый)?\s+)?[а-я][а-я.-]+(?:\s+[а-я][а-я.-]+){0,2}?)"
    rf"[»\"]?\s*,?\s*(?:(?:д(?:ом[аеу]?|\.)|№)\s*)*{_NUMBER}"
)
_NAME = re.compile(r"(?P<name>[а-я][а-я-]{2,})")
_HOUSE_BEFORE = re.compile(rf"\bдом[аеу]?\s*№?\s*{_NUMBER}\s*,?\s*(?:по|на)?\s*$")
_ENDING = re.compile(
    # «Зелёном», «Горьком», but not «Ипподром»
    r"(?:ого|его|ому|ему|(?<=[нвкшщ])(?:ом|ем|ым|им)|ая|яя|ую|юю|ой|ей|ый|ий|ое|ее|ые|ие|ых|их|[аеиоуыюя])$"
)
_DIGITS = re.compile(r"\d+")
_HOUSE_NUMBER = re.compile(r"(?<!\d)\d{1,3}(?!\d)")
_NEAR = 25
"""Letters before a street in which its house may stand: «около дома 5 по улице Садовой»."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A street by its name without endings, its house if one is named, and both as they were written."""

    street: str
    house: str | None
    words: str


def find_spot(text: str | None) -> Spot | None:
    """The first full address in a text; else the first street; else None."""
    if not text:
        return None
    street = None
    plain = text.lower().replace("ё", "е")
    for kind in _KIND.finditer(plain):
        if found := _NAME_HOUSE.match(plain, kind.end()):
            # «проезд на улице Садовой, 5» is about the street
            if not _KIND.search(plain, *found.span("name")):
                return _spot(found["name"], found["house"])
            continue
        if not (named := _NAME.match(plain, kind.end())):
            continue
        if before := _HOUSE_BEFORE.search(plain, max(kind.start() - _NEAR, 0), kind.start()):
            return _spot(named["name"], before["house"])
        street = street or _spot(named["name"], None)
    return street


def may_name_more(text: str, told: Spot | None, spot: Spot) -> bool:
    """True unless a text, of which `told` was read, names no other place than `spot`: it has another street, or a
    number that is not its own."""
    if told and told.street != spot.street:
        return True
    plain = text.lower().replace("ё", "е")
    own = _DIGITS.findall(spot.words)
    return len(_KIND.findall(plain)) > 1 or any(number not in own for number in _HOUSE_NUMBER.findall(plain))


def names_place(text: str, street: str, house: str | None) -> bool:
    """True if a text names the street (a typing error apart) and the house, wherever they stand in it. A reading of a
    street may be wrong («дороги просим», «д»): words of fewer than four letters say nothing."""
    plain = text.lower().replace("ё", "е")
    if house and not re.search(rf"(?<!\d){re.escape(house[0])}{_spaced(house[1:])}(?![а-я0-9])", plain):
        return False
    names = [word for word in street.split() if len(word) >= 4]
    if not names:
        return house is not None
    written = {_stem(word) for word in set(re.findall(r"[а-я0-9]+", plain)) if len(word) >= 4}
    return any(name in written or any(is_slip(name, word) for word in written) for name in names)


def is_slip(one: str, other: str) -> bool:
    """True if two words of five letters or more differ by one typing error."""
    return min(len(one), len(other)) >= 5 and OSA.distance(one, other, score_cutoff=1) <= 1


def _spaced(house: str) -> str:
    """A pattern of the rest of a house's number, in which blanks may stand."""
    return "".join(rf"\s?{re.escape(letter)}" for letter in house)


def _spot(name: str, house: str | None) -> Spot:
    number = house and house.replace(" ", "")
    return Spot(_stem(name), number, ", ".join(filter(None, [name.strip().capitalize(), number])))


@lru_cache(maxsize=50_000)
def _stem(name: str) -> str:
    words = re.findall(r"[а-я0-9]+", name)
    return " ".join(_ENDING.sub("", word) if len(word) > 4 else word for word in words)
