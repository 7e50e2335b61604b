"""Finds names of people in free text: by initials, by a patronymic, by a given name beside a surname."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcu.privacy.names import GIVEN, flat, is_ordinary, is_surname, may_be_surname, stands_by_given
from mcu.privacy.tokens import NAME, Span

_WORD = r"[А-ЯЁа-яё][А-ЯЁа-яё]*(?:[\-‐][А-ЯЁа-яё]+)*"
_LEFT_WORD = re.compile(rf"(?<![А-ЯЁа-яё\-])({_WORD})\s{{1,4}}$").search
_RIGHT_WORD = re.compile(rf"[^\S\n]{{0,4}}({_WORD})(?![А-ЯЁа-яё\-])").match
_SPACED_RIGHT_WORD = re.compile(rf"[^\S\n]{{1,4}}({_WORD})(?![А-ЯЁа-яё\-])").match
_REACH = 60
"""How many characters to either side of the sign of a name are searched for the rest of it."""

# A pattern that begins with a set of letters is searched for several times faster than one that begins by looking back.
_INITIALS = re.compile(
    r"([А-ЯЁ](?<![А-Яа-яЁёA-Za-z.].)(?:\.?[\-‐]\s?[А-ЯЁ](?![А-Яа-яЁё]))?)(?:\.\s{0,3}([А-ЯЁ])\.|\.\s{0,3}([А-ЯЁ])(?=\s+[А-ЯЁ][а-яё])|\.([А-ЯЁ])(?![А-Яа-яЁё.])|\.(?!\d))"
).finditer
_GLUED_INITIALS = re.compile(r"[А-ЯЁ][А-ЯЁ](?<![А-Яа-яЁё]..)(?![А-Яа-яЁё])").finditer
_PAIRED_CAPITALS = (
    "УК ТЦ ЖК РФ АО ИП МО ГО ДК ОП ЖД ФЗ КС ТП ЧП ГБ СК СМ ТО ПО НА НЕ НО ДО ИЗ ОТ МЫ ВЫ ОН МР СП ГП ВО СО"
)
_ABBREVIATIONS = frozenset(_PAIRED_CAPITALS.split())

_OF_FATHER = r"в(?:ич(?:а|у|ем|е|и)?|н(?:а|ы|е|у|ой|ою))"
_OF_ILYA = r"ч(?:а|у|ем|е|на)?"
_PATRONYMIC = re.compile(
    rf"(?:о{_OF_FATHER}|е{_OF_FATHER}|иничн(?:а|ы|е|у|ой)|льи{_OF_ILYA}|кузьми{_OF_ILYA}|луки{_OF_ILYA}"
    rf"|фоми{_OF_ILYA}|никити{_OF_ILYA}|савви{_OF_ILYA}|ыч(?<=[а-яё][а-яё]ыч)(?:а|у|ем|е)?)(?![а-яё])"
).finditer
_ADJECTIVE_LIKE = re.compile(r"[ое]вн(?:ой|ою|ы)$", re.I).search
_REST_OF_WORD = r"(?:[а-яё]+|[А-ЯЁ]+)(?:-[А-ЯЁ][А-ЯЁа-яё]+)?"
_CAPITAL_WORD = rf"[А-ЯЁ]{_REST_OF_WORD}"
_PAIR = re.compile(rf"([А-ЯЁ](?<![А-ЯЁа-яё\-].){_REST_OF_WORD})\s{{1,4}}(?=({_CAPITAL_WORD})(?![А-ЯЁа-яё\-]))").finditer

_SPACED_INITIALS = re.compile(r"[А-ЯЁ][ \u00a0](?<![А-Яа-яЁё.]..)[А-ЯЁ](?![А-Яа-яЁё])").finditer
_SON_OF = re.compile(
    rf"(?<![А-ЯЁа-яё\-])(?:(?:{_CAPITAL_WORD}\s{{1,4}}){{1,3}}|(?:[а-яё]{{2,20}}\s{{1,4}}){{3}})"
    rf"(?P<son>(?i:оглы|оглу|кызы|гызы))(?![а-яё])(?:\s{{1,4}}(?P<after>{_CAPITAL_WORD})(?![А-ЯЁа-яё\-]))?"
).finditer
_SIGNS_OF_SON = ("глы", "глу", "ГЛЫ", "ГЛУ", "ызы", "ЫЗЫ")

_PLACE_SHORT = r"(?:ул|пр|пр-т|пр-кт|просп|пер|пл|б-р|наб|мкр|ш|им)\.?"
_PLACE = (
    r"улиц(?:а|ы|е|у|ей|ах)|проспект(?:а|е|у|ом)?|переул(?:ок|ка|ке|ку|ком)|площад(?:ь|и|ью)|бульвар(?:а|е|у|ом)?"
    r"|набережн(?:ая|ой|ую)|шоссе|проезд(?:а|е|у|ом)?|тупик(?:а|е|у|ом)?|алле(?:я|и|е|ю|ей)|сквер(?:а|е|у|ом)?"
    r"|микрорайон(?:а|е|у|ом)?"
)
_NAMED_AFTER = (
    r"имени|парк(?:а|е|у|ом)?|памятник(?:а|е|у|ом)?|бюст(?:а|е|у|ом)?|храм(?:а|е|у|ом)?|собор(?:а|е|у|ом)?"
    r"|церк(?:овь|ви|овью)"
)
_PLACE_BEFORE = re.compile(
    rf"(?<![а-яё])(?:{_PLACE_SHORT}|{_PLACE}|{_NAMED_AFTER})[^\S\n]*"
    r"(?:(?:академик|маршал|генерал|адмирал|геро[йя]|космонавт|л[её]тчик|капитан|полковник|сержант|лейтенант"
    r"|профессор|доктор|писател|поэт|партизан|красноармейц|братьев|комдив|комиссар|княз|свят|советск|союз|росси)[а-яё]*"
    r"[.\s]+)*[\"«„'`(]?[^\S\n]*$",
    re.I,
).search
_PLACE_AFTER = re.compile(rf"[\"»“'`)]?[^\S\n]+(?:{_PLACE_SHORT}|{_PLACE})(?![а-яё])", re.I).match
_GENITIVE = re.compile(r"(?:а|я|о|го|ой|ей|их|ых|и|ы|е)$", re.I).search


def people(text: str) -> Iterator[Span]:
    yield from _by_initials(text)
    yield from _by_patronymic(text)
    if any(sign in text for sign in _SIGNS_OF_SON):
        for m in _SON_OF(text):
            has_surname = m["after"] and is_surname(m["after"])
            yield m.start(), m.end("after") if has_surname else m.end("son"), NAME
    for m in _PAIR(text):
        first, second = m[1], m[2]
        if (flat(first) in GIVEN and stands_by_given(second)) or (flat(second) in GIVEN and stands_by_given(first)):
            yield from _unless_place(text, m.start(), m.end(2))


def _by_initials(text: str) -> Iterator[Span]:
    """«Иванов И.И.», «И. И. Иванов», «И.И.»; with one initial only beside a clear surname."""
    for m in _INITIALS(text):
        is_double = m[2] or m[3] or m[4]
        left = _LEFT_WORD(text[max(0, m.start() - _REACH) : m.start()])
        right = _RIGHT_WORD(text, m.end())
        before = left[1] if left and left[1][0].isupper() else ""
        after = right[1] if right and right[1][0].isupper() and len(right[1]) > 1 else ""
        start, stop = m.span()
        if before and is_surname(before):
            start -= len(left[0]) if left else 0
        elif after and (is_surname(after) or (is_double and not is_ordinary(after))):
            stop = right.end() if right else stop
        elif is_double and before and not is_ordinary(before):
            start -= len(left[0]) if left else 0
        else:
            continue
        yield from _unless_place(text, start, stop)
    for m in _SPACED_INITIALS(text):
        left = _LEFT_WORD(text[max(0, m.start() - _REACH) : m.start()])
        right = _SPACED_RIGHT_WORD(text, m.end())
        if left and left[1][0].isupper() and is_surname(left[1]):
            yield from _unless_place(text, m.start() - len(left[0]), m.end())
        elif right and right[1][0].isupper() and is_surname(right[1]):
            yield from _unless_place(text, m.start(), right.end())
    for m in _GLUED_INITIALS(text):
        left = _LEFT_WORD(text[max(0, m.start() - _REACH) : m.start()])
        if left and left[1].istitle() and is_surname(left[1]) and m[0] not in _ABBREVIATIONS:
            yield from _unless_place(text, m.start() - len(left[0]), m.end())


def _by_patronymic(text: str) -> Iterator[Span]:
    """«Фамилия Имя Отчество», «Имя Отчество [Фамилия]», in any grammatical case and with any capitals."""
    lower = text.lower()
    for m in _PATRONYMIC(lower if len(lower) == len(text) else text):
        start = m.start()
        while start and text[start - 1].isalpha():
            start -= 1
        if m.end() - start < 5:
            continue
        patronymic = text[start : m.end()]
        given = _LEFT_WORD(text[max(0, start - _REACH) : start])
        if not given:
            continue
        name = given[1]
        is_known = flat(name) in GIVEN
        is_written = name[0].isupper() and patronymic[0].isupper() and not is_ordinary(name)
        if not is_known and (not is_written or _ADJECTIVE_LIKE(patronymic)):
            continue
        start -= len(given[0])
        stop = m.end()
        left = _LEFT_WORD(text[max(0, start - _REACH) : start])
        right = _SPACED_RIGHT_WORD(text, stop)
        if left and _is_surname_beside(left[1], text, start - len(left[0])):
            start -= len(left[0])
        elif right and _is_surname_beside(right[1], text, right.start(1)):
            stop = right.end()
        yield from _unless_place(text, start, stop)


def _is_surname_beside(word: str, text: str, at: int) -> bool:
    """True if a word next to a name and patronymic is the surname."""
    if is_ordinary(word):
        return False
    if is_surname(word):
        return True
    # In the middle of a sentence a capital letter marks a name; at its start it proves nothing.
    return word[0].isupper() and (text[:at].rstrip()[-1:] not in ("", ".", "!", "?", "\n") or may_be_surname(word))


def _unless_place(text: str, start: int, stop: int) -> Iterator[Span]:
    """The name, unless it is the name of a street, a square, a park or a church."""
    may_be_named_after = _GENITIVE(text[start:stop]) or text[stop - 1] == "."
    if may_be_named_after and (_PLACE_BEFORE(text[max(0, start - _REACH) : start]) or _PLACE_AFTER(text, stop)):
        return
    yield start, stop, NAME
