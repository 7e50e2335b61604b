"""The shadow of a text: the same text as a reader sees it, without markup, invisible signs and accents, with plain
letters and digits. Masking searches the shadow and cuts the finds out of the original.

Tags and entities may stand between the parts of a phone or a name («+7&nbsp;921 <b>123</b>-45-67»), a letter may be
decomposed or Latin («Ивaнoв»), a digit full-width or in a circle. Most texts have none of it and are their own
shadow."""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right

_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff"
)
_ACCENTS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u2de0-\u2dff\ufe20-\ufe2f"
_DROPPED = f"[{_INVISIBLE}{_ACCENTS}]"

_MARKED = re.compile(f"[<&{_INVISIBLE}{_ACCENTS}]").search
_TAG_OR_ENTITY = r"<(/?[A-Za-z][A-Za-z0-9]*|!)[^<>]*>|&(?:[A-Za-z][A-Za-z0-9]{1,30}|\#\d{1,7}|\#[xX][0-9A-Fa-f]{1,6});?"
_MARKUP = re.compile(_TAG_OR_ENTITY).finditer
_MARKUP_AND_SIGNS = re.compile(rf"{_TAG_OR_ENTITY}|[иИеЕ]{_DROPPED}+|{_DROPPED}+").finditer
_SIGN = re.compile(_DROPPED).search
_ACCENT = re.compile(f"[{_ACCENTS}]").match
_INLINE_TAGS = "a abbr b big cite code del em font i ins mark nobr q s small span strike strong sub sup tt u wbr"
_INLINE = frozenset(_INLINE_TAGS.split())


class Shadow:
    """`text` is what phones and flats are searched in; `names` and `addresses` have the look-alike letters of Russian
    or of Latin words. All three are equally long."""

    def __init__(self, original: str) -> None:
        self._parts = _Parts(original) if _MARKED(original) else None
        text = self._parts.text if self._parts else original
        if _STRANGE.search(text):
            text = text.translate(_PLAIN)
        self.names = self.addresses = text
        if _MIXED(text):
            self.names = _WORD.sub(_as_russian, text)
            self.addresses = _ADDRESS.sub(_as_latin, text)
        self.text = _LOOKS_LIKE_NUMBER.sub(_as_digits, self.names) if _LETTER_FOR_DIGIT(self.names) else self.names

    def span(self, start: int, stop: int) -> tuple[int, int]:
        """Where in the original stands what the shadow has from `start` to `stop`."""
        return (self._parts.start(start), self._parts.stop(stop)) if self._parts else (start, stop)


class _Parts:
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

        for found in (_MARKUP_AND_SIGNS if _SIGN(text) else _MARKUP)(text):
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
        """The end in the original of what ends at `place` in the shadow, with the accents that follow."""
        at = bisect_right(self._at, place - 1) - 1
        start, stop = self._from[at]
        return stop if stop is not None else start + place - self._at[at]


def _seen_as(found: re.Match[str], text: str) -> str:
    """What the markup looks like to a reader."""
    tag, token = found[1], found[0]
    if tag is None:
        if token[0] == "&":
            return html.unescape(token).replace("\u00ad", "")
        if token[0] not in "иИеЕ":
            return ""
        # й and ё may be written as и and е with a sign; other signs over a letter only stress it.
        return unicodedata.normalize("NFC", token[0] + "".join(filter(_ACCENT, token[1:])))[0]
    if tag.lstrip("/").lower() not in _INLINE:
        return "\n"
    # «…Иванов</b><b>Иван…» reads as two words.
    before, after = text[found.start() - 1 : found.start()], text[found.end() : found.end() + 1]
    return " " if before.islower() and after.isupper() else ""


# ---------------------------------------------------------------- letters and digits in another dress

_STRANGE = re.compile("[^\x00-\x7fА-Яа-яЁё\u00a0«»°·–—−‐‑„“”’…№₽]")
"""What is neither ASCII nor Russian nor usual typography."""
_GREEK = str.maketrans("αβγεηικμνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧςσ", "aBгeпikмvoptyxABEZHIKMNOPTYXcо")


def _plain(sign: str) -> str:
    """One sign as the plain one that it stands for; itself if there is none of one sign."""
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    digit = unicodedata.digit(sign, None)
    if digit is not None:
        return str(digit)
    base = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", sign))[:1].translate(_GREEK)
    whole = "".join(s for s in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(s))
    return base if len(whole) == 1 else sign


class _Plain(dict[int, int]):
    """What `str.translate` asks about each sign, answered once."""

    def __missing__(self, code: int) -> int:
        sign = chr(code)
        self[code] = ord(_plain(sign)) if _STRANGE.match(sign) else code
        return self[code]


_PLAIN = _Plain()

_RUSSIAN = "А-Яа-яЁё"
_MIXED = re.compile(
    rf"[A-Za-z03](?:(?<=[{_RUSSIAN}][A-Za-z])|(?<=[A-Za-z])(?=[{_RUSSIAN}])|(?<=[{_RUSSIAN}].)(?=[{_RUSSIAN}])"
    r"|(?<=[A-Z])\.)"
).search
"""A Latin letter beside a Russian one, 0 or 3 between Russian letters, or a Latin initial."""
_TO_RUSSIAN = str.maketrans(
    dict(zip("ABCEHIKMNOPRTUXYaceghikmnoprtuwxyb", "АВСЕНИКМИОРЯТИХУасегникмпоргтишхув", strict=True))
)
_DIGITS_TO_RUSSIAN = str.maketrans("03", "оз")
_TO_LATIN = str.maketrans("АВСЕНКМОРТХУасеорхукмтн", "ABCEHKMOPTXYaceopxykmth")
_WORD = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(r"[^\s<>\"'`»«),;]+")
_IS_RUSSIAN = re.compile(f"[{_RUSSIAN}]").search
_IS_LATIN = re.compile("[A-Za-z]").search
_LETTERS = re.compile(f"[{_RUSSIAN}]").findall


def _as_russian(found: re.Match[str]) -> str:
    """A word with letters of both alphabets in Russian ones; an initial («P.P.») too."""
    word = found[0]
    if word.isdigit() or not (_IS_RUSSIAN(word) or len(word) == 1):
        return word
    if len(word) == 1:
        return word.translate(_TO_RUSSIAN) if found.string[found.end() : found.end() + 1] == "." else word
    if ("0" in word or "3" in word) and len(_LETTERS(word)) >= 3:
        word = word.translate(_DIGITS_TO_RUSSIAN)
    return word.translate(_TO_RUSSIAN)


def _as_latin(found: re.Match[str]) -> str:
    word = found[0]
    return word.translate(_TO_LATIN) if ("." in word or "@" in word) and _IS_LATIN(word) else word


_LETTER_FOR_DIGIT = re.compile(r"[0-9][ОоOoЗзlI]").search
_LOOKS_LIKE_NUMBER = re.compile(r"(?<![^\W_])(?:\+\s?7|[789(])(?:[\s\-–().]{0,3}[0-9ОоOoЗзlI]){9,11}(?![^\W_])")
_TO_DIGITS = str.maketrans("ОоOoЗзlI", "00003311")


def _as_digits(found: re.Match[str]) -> str:
    """A number in which letters stand for some digits: O for 0, З for 3, l for 1."""
    digits = sum(map(str.isdecimal, found[0]))
    return found[0].translate(_TO_DIGITS) if digits >= 6 else found[0]
