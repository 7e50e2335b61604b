"""Masks free text: whatever identifies a person becomes a token, everything else stays as it is.

Tags and entities may stand between the parts of a phone or a name («+7&nbsp;921 <b>123</b>-45-67»). So a text with
markup is searched in a copy without it, and the finds are cut out of the original. Each search starts from a rare sign
(an @, five digits close together, the ending of a patronymic): an ordinary text costs only a few fast scans."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterator, MutableMapping

from mcu.privacy.names import GIVEN, flat, is_ordinary, is_surname, may_be_surname, stands_by_given

PHONE = "[ТЕЛЕФОН]"
EMAIL = "[ПОЧТА]"
SNILS = "[СНИЛС]"
PASSPORT = "[ПАСПОРТ]"
CARD = "[КАРТА]"
INN = "[ИНН]"
LINK = "[ССЫЛКА]"
NAME = "[ФИО]"
FLAT = "[N]"

Span = tuple[int, int, str]
"""(start, stop, the token that replaces this part of the text)."""


def mask(text: str, counts: MutableMapping[str, int] | None = None) -> str:
    """The text with tokens in place of whatever identifies a person. Adds the number of each token to `counts`."""
    shadow = _Shadow(text) if _MARKED(text) else None
    plain = shadow.text if shadow else text
    spans = [*_links(plain), *_mails(plain), *_numbers(plain), *_flats(plain), *_names(plain)]
    if not spans:
        return text
    pieces, end = [], 0
    for start, stop, token in sorted(spans, key=lambda s: (s[0], -s[1])):
        if shadow:
            start, stop = shadow.start(start), shadow.stop(stop)
        if start < end:  # it overlaps the find before it: the rest of it goes too
            end = max(end, stop)
            continue
        pieces += [text[end:start], token]
        end = stop
        if counts is not None:
            counts[token] = counts.get(token, 0) + 1
    return "".join([*pieces, text[end:]])


# ---------------------------------------------------------------- markup

_MARKED = re.compile("[<&\u00ad\u200b-\u200f\u2060\ufeff]").search
_MARKUP = re.compile(
    r"<(/?[A-Za-z][A-Za-z0-9]*|!)[^<>]*>|&(?:[A-Za-z][A-Za-z0-9]{1,30}|\#\d{1,7}|\#[xX][0-9A-Fa-f]{1,6});?"
    "|[\u00ad\u200b-\u200f\u2060\ufeff]+"
)
_INLINE_TAGS = "a abbr b big cite code del em font i ins mark nobr q s small span strike strong sub sup tt u wbr"
_INLINE = frozenset(_INLINE_TAGS.split())


class _Shadow:
    """A text without its markup, and where each of its characters stands in the original."""

    def __init__(self, text: str) -> None:
        parts: list[str] = []
        # For each part: its start in the shadow; its start in the original, and its end there if it is markup.
        self._at: list[int] = []
        self._from: list[tuple[int, int | None]] = []
        end = length = 0

        def add(part: str, start: int, stop: int | None) -> None:
            nonlocal length
            self._at.append(length)
            self._from.append((start, stop))
            parts.append(part)
            length += len(part)

        for found in _MARKUP.finditer(text):
            if found.start() > end:
                add(text[end : found.start()], end, None)
            end = found.end()
            if part := _seen_as(found, text):
                add(part, found.start(), end)
        add(text[end:], end, None)
        self.text = "".join(parts)

    def start(self, place: int) -> int:
        """The position in the original of what starts at `place` in the shadow."""
        at = bisect_right(self._at, place) - 1
        start, stop = self._from[at]
        return start if stop is not None else start + place - self._at[at]

    def stop(self, place: int) -> int:
        """The end in the original of what ends at `place` in the shadow."""
        at = bisect_right(self._at, place - 1) - 1
        start, stop = self._from[at]
        return stop if stop is not None else start + place - self._at[at]


def _seen_as(found: re.Match[str], text: str) -> str:
    """What the markup looks like to a reader."""
    tag = found[1]
    if tag is None:
        token = found[0]
        return html.unescape(token).replace("\u00ad", "") if token[0] == "&" else ""
    if tag.lstrip("/").lower() not in _INLINE:
        return "\n"
    # «…Иванов</b><b>Иван…» reads as two words.
    before, after = text[found.start() - 1 : found.start()], text[found.end() : found.end() + 1]
    return " " if before.islower() and after.isupper() else ""


# ---------------------------------------------------------------- links and mails

_LINK = re.compile(
    r"(?:https?://)?(?<![\w.])(?:www\.|m\.)?"
    r"(?:vk\.com|vk\.ru|vk\.me|vkontakte\.ru|ok\.ru|odnoklassniki\.ru|t\.me|telegram\.me|wa\.me|max\.ru|facebook\.com"
    r"|fb\.com|instagram\.com|dzen\.ru|zen\.yandex\.ru|my\.mail\.ru|tiktok\.com|youtube\.com|rutube\.ru|pikabu\.ru"
    r"|twitter\.com|x\.com|threads\.net|livejournal\.com|viber\.me)\s?/\s?[^\s<>\"'`»)\],;]++"
    r"|tg://[^\s<>\"'`»)]++"
    r"|\[id\d+(?::bp-\d+_\d+)?\|[^\]\n]{0,100}\]"
    r"|(?<![\w@.])@[A-Za-z_][\w.]{2,63}\w",
    re.I,
)


def _links(text: str) -> Iterator[Span]:
    if "/" in text or "@" in text or "[id" in text:
        for m in _LINK.finditer(text):
            yield m.start(), m.end(), LINK


_HAS_AT = re.compile(r"@|[(\[{]\s?(?:at|собака|эт)\s?[)\]}]| собака ", re.I).search
_MAIL = re.compile(
    r"(?<![\w.+\-])[\w.+\-]++\s{0,2}(?:@|[(\[{]\s?(?:at|собака|эт)\s?[)\]}]|\sсобака\s)\s{0,2}"
    # A dot followed by a space ends a sentence, unless a space stands before it too.
    r"[\w\-]++(?:(?:\s\.\s?|\.|\s?[(\[{]\s?(?:dot|точка)\s?[)\]}]\s?|\sточка\s)[\w\-]++)+",
    re.I,
)


def _mails(text: str) -> Iterator[Span]:
    if _HAS_AT(text):
        for m in _MAIL.finditer(text):
            yield m.start(), m.end(), EMAIL


# ---------------------------------------------------------------- numbers

_SEP = r"[\s\-‐-―−.()_/·]{0,4}"
_HYPHEN = r"[\-‐-―−]"
_FIVE_DIGITS = re.compile(r"\d(?:[^\dА-Яа-яA-Za-z]{0,4}\d){4}").search
_NUMBER = re.compile(
    rf"""
    (?P<card>(?<![\d])[2-9]\d{{3}}(?P<between>[\s\-–.]{{0,3}})\d{{4}}(?:(?P=between)\d{{4}}){{2}}(?:[\s\-]?\d{{2,3}})?(?!\d))
  | (?i:инн)[\s.:№\-]{{0,4}}(?P<inn_named>\d{{12}})(?!\d)
  | (?P<inn>(?<!\d)\d{{12}}(?!\d))
  | (?i:снилс)\D{{0,12}}?(?P<snils_named>\d(?:[\s\-‐-―]{{0,3}}\d){{10}})(?!\d)
  | (?P<snils>(?<!\d)(?<!\d[\s\-])\d{{3}}[\s\-‐-―]{{1,2}}\d{{3}}[\s\-‐-―]{{1,2}}\d{{3}}[\s\-‐-―]{{0,3}}\d{{2}}(?!\d))
  | (?i:паспорт\w*|серия|серии)\D{{0,25}}?(?P<passport_named>\d{{2}}\s?\d{{2}}\D{{0,15}}\d{{3}}\s?\d{{3}})(?!\d)
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
    )
    """,
    re.X,
)
_TOKEN_OF = {
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


def _numbers(text: str) -> Iterator[Span]:
    place = 0
    while near := _FIVE_DIGITS(text, place):
        # A number and the word before it fit into this much text.
        m = _NUMBER.search(text, max(place, near.start() - 60), near.start() + 200)
        if m is None:
            place = near.end()
            continue
        kind = m.lastgroup or ""
        start, stop = m.span(kind)
        place = stop
        found = m[kind]
        if (
            _DATE(found)
            or (kind == "card" and _YEARS(found))
            or (kind == "phone" and _SHORT_DATE(found))
            or (kind == "inn" and not _is_inn(found))
        ):
            place = start + 1
            continue
        yield start, stop, _TOKEN_OF[kind]


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


def _flats(text: str) -> Iterator[Span]:
    if _HAS_FLAT(text):
        for m in _FLAT.finditer(text):
            yield *m.span(m.lastindex or 1), FLAT


# ---------------------------------------------------------------- names

_WORD = r"[А-ЯЁа-яё][А-ЯЁа-яё]*(?:[\-‐][А-ЯЁа-яё]+)*"
_LEFT_WORD = re.compile(rf"(?<![А-ЯЁа-яё\-])({_WORD})\s{{1,4}}$").search
_RIGHT_WORD = re.compile(rf"[^\S\n]{{0,4}}({_WORD})(?![А-ЯЁа-яё\-])").match
_SPACED_RIGHT_WORD = re.compile(rf"[^\S\n]{{1,4}}({_WORD})(?![А-ЯЁа-яё\-])").match
_REACH = 60
"""How many characters to either side of the sign of a name are searched for the rest of it."""

_INITIALS = re.compile(
    r"(?<![А-Яа-яЁёA-Za-z.])([А-ЯЁ])(?:\.\s{0,3}([А-ЯЁ])\.|\.\s{0,3}([А-ЯЁ])(?=\s+[А-ЯЁ][а-яё])|\.([А-ЯЁ])(?![А-Яа-яЁё.])|\.(?!\d))"
).finditer
_GLUED_INITIALS = re.compile(r"(?<![А-Яа-яЁё])[А-ЯЁ]{2}(?![А-Яа-яЁё])").finditer
_PAIRED_CAPITALS = (
    "УК ТЦ ЖК РФ АО ИП МО ГО ДК ОП ЖД ФЗ КС ТП ЧП ГБ СК СМ ТО ПО НА НЕ НО ДО ИЗ ОТ МЫ ВЫ ОН МР СП ГП ВО СО"
)
_ABBREVIATIONS = frozenset(_PAIRED_CAPITALS.split())

_PATRONYMIC = re.compile(
    r"(?:[ое]в(?:ич(?:а|у|ем|е|и)?|н(?:а|ы|е|у|ой|ою))|иничн(?:а|ы|е|у|ой)"
    r"|(?:льи|кузьми|луки|фоми|никити|савви)ч(?:а|у|ем|е|на)?)(?![а-яё])"
).finditer
_ADJECTIVE_LIKE = re.compile(r"[ое]вн(?:ой|ою|ы)$", re.I).search
_CAPITAL_WORD = r"[А-ЯЁ](?:[а-яё]+|[А-ЯЁ]+)(?:-[А-ЯЁ][А-ЯЁа-яё]+)?"
_PAIR = re.compile(rf"(?<![А-ЯЁа-яё\-])({_CAPITAL_WORD})\s{{1,4}}(?=({_CAPITAL_WORD})(?![А-ЯЁа-яё\-]))").finditer

_SPACED_INITIALS = re.compile(r"(?<![А-Яа-яЁё.])[А-ЯЁ] [А-ЯЁ](?![А-Яа-яЁё])").finditer
_SON_OF = re.compile(
    rf"(?<![А-ЯЁа-яё\-])(?:(?:{_CAPITAL_WORD}\s{{1,4}}){{1,3}}|(?:[а-яё]{{2,20}}\s{{1,4}}){{3}})"
    rf"(?P<son>(?i:оглы|оглу|кызы|гызы))(?![а-яё])(?:\s{{1,4}}(?P<after>{_CAPITAL_WORD})(?![А-ЯЁа-яё\-]))?"
).finditer
_HAS_SON_OF = re.compile(r"гл[ыу](?![а-яё])|ГЛ[ЫУ]|[кгКГ]ызы|ЫЗЫ").search

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


def _names(text: str) -> Iterator[Span]:
    yield from _by_initials(text)
    yield from _by_patronymic(text)
    if _HAS_SON_OF(text):
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
