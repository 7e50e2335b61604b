"""The encoding of a text file, by the letters of the whole file.

Every byte is a letter in each of the Russian one-byte encodings, so a wrong one gives no error, only nonsense in which
names are not recognised. The encodings are compared by how Russian the words are in each. Where none leads clearly, or
a line is written in another one than the rest, the file is refused."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from math import log
from pathlib import Path

from mcu.connectors.files.faults import FileRefused

TITLES = {
    "cp1251": "Windows-1251",
    "cp866": "CP866 (DOS)",
    "koi8-r": "KOI8-R",
    "mac-cyrillic": "MacCyrillic",
    "iso8859-5": "ISO 8859-5",
    "utf-8": "UTF-8",
}
_ONE_BYTE = [name for name in TITLES if name != "utf-8"]
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BLOCK = 1 << 20
_MOST_WORDS = 20_000
"""More different words would not change the choice."""
CLEAR_LEAD = 6.0
"""One encoding must be e^6 times likelier than the next."""

_RARITY = {"koi8-r": 1.0, "mac-cyrillic": 3.0, "iso8859-5": 3.0}
"""What offices rarely use needs more evidence."""

_SHARES = {
    "о": 11, "е": 8.5, "а": 8, "и": 7.4, "н": 6.7, "т": 6.3, "с": 5.5, "р": 4.7, "в": 4.5, "л": 4.4, "к": 3.5,
    "м": 3.2, "д": 3, "п": 2.8, "у": 2.6, "я": 2, "ы": 1.9, "ь": 1.7, "г": 1.7, "з": 1.6, "б": 1.6, "ч": 1.4,
    "й": 1.2, "х": 1, "ж": 0.9, "ш": 0.7, "ю": 0.6, "ц": 0.5, "щ": 0.4, "э": 0.3, "ф": 0.3, "ё": 0.2, "ъ": 0.04,
}  # fmt: skip  # a table
"""Letters of Russian texts, per cent."""
_LOG = {letter: log(share / 100) for letter, share in _SHARES.items()} | dict.fromkeys("іїєґўј", -8.0)
_USUAL_SIGNS = "«»—–№…“”„‘’•°§©®™±· ×²³½€\xad"
_LETTERS = re.compile(r"[^\W\d_]+")
_ASCII = bytes(range(128))
_HIGH = re.compile(rb"[\x80-\xff]+")
_RUSSIAN_IN_UTF8 = re.compile(rb"(?:\xd0[\x81\x90-\xbf]|\xd1[\x80-\x8f\x91])+")


@dataclass(frozen=True, slots=True)
class Encoding:
    """`name` as Python knows it. `has_broken_letters`: UTF-8 in which some bytes are no letters."""

    name: str
    has_broken_letters: bool = False


def encoding_of(path: Path, name: str) -> Encoding:
    """The encoding of a file that is not valid UTF-8 as a whole, or is UTF-16. Raises FileRefused."""
    with path.open("rb") as file:
        start = file.read(1 << 16)
    if wide := wide_encoding(start):
        return Encoding(wide)
    if _is_mostly_utf8(path):
        return Encoding("utf-8-sig", has_broken_letters=True)
    words = set(islice((run[0] for block in _blocks(path) for run in _HIGH.finditer(block)), _MOST_WORDS))
    best, second, lead = _compare(words)
    if lead < CLEAR_LEAD:
        line = next(number for number, text in _lines(path) if not text.isascii())
        raise FileRefused(
            f"Файл «{name}»: не видно, в какой он кодировке: {TITLES[best]} или {TITLES[second]} (строка {line})."
            " Сохраните его в UTF-8."
        )
    _check_lines(path, best, name)
    return Encoding(best)


def wide_encoding(start: bytes) -> str | None:
    """The encoding of a text by its first bytes if these decide: a byte order mark, or the zero bytes of UTF-16/32."""
    for mark, encoding in _BOMS:
        if start.startswith(mark):
            return encoding
    size = len(start) // 4
    zeros = [start[n::4].count(0) for n in range(4)]
    if sum(zeros) * 16 <= len(start) or sum(zeros) == len(start):
        return None
    if zeros[2] == zeros[3] and zeros[2] >= size - 1 and zeros[0] < size // 4:
        return "utf-32-le"
    if zeros[0] == zeros[1] and zeros[0] >= size - 1 and zeros[3] < size // 4:
        return "utf-32-be"
    if zeros[0] + zeros[2] == 0:
        return "utf-16-le"
    return "utf-16-be" if zeros[1] + zeros[3] == 0 else None


def likely_text(raw: bytes) -> str:
    """A short text, such as a name, in the encoding that fits best; odd bytes become «?»."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        if _RUSSIAN_IN_UTF8.search(raw):
            return raw.decode(errors="replace").replace("\ufffd", "?")
        best = _compare(set(_HIGH.findall(raw)))[0]
        return raw.decode(best, "replace").replace("\ufffd", "?")


def _blocks(path: Path) -> Iterator[bytes]:
    """The file in blocks that end with a line."""
    rest = b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            end = max(block.rfind(b"\n"), block.rfind(b"\r")) + 1
            yield rest + block[:end]
            rest = block[end:] if end else rest + block
            if not end:
                continue
    if rest:
        yield rest


def _is_mostly_utf8(path: Path) -> bool:
    """True if more than half of the bytes that are not ASCII make Russian letters of UTF-8."""
    high = russian = 0
    for block in _blocks(path):
        high += len(block.translate(None, _ASCII))
        if (block.count(b"\xd0") + block.count(b"\xd1")) * 10 > len(block.translate(None, _ASCII)):
            russian += sum(map(len, _RUSSIAN_IN_UTF8.findall(block)))
    return russian * 2 > high


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    number = 0
    for block in _blocks(path):
        for line in block.splitlines():
            number += 1
            yield number, line


def _check_lines(path: Path, chosen: str, name: str) -> None:
    """Raises FileRefused for the first line that is rather in another encoding than the file. Nearly every block passes
    by three quick tests."""
    kinds, usual = _kinds(chosen), _usual_bytes(chosen)
    number = 0
    for block in _blocks(path):
        if not _is_odd(block, kinds, usual):
            number += block.count(b"\n") or block.count(b"\r")
            continue
        for line in block.splitlines():
            number += 1
            if line.isascii() or not _is_odd(line, kinds, usual):
                continue
            if other := _other_encoding(line, chosen):
                raise FileRefused(
                    f"Файл «{name}», строка {number}: она в кодировке {TITLES[other]}, а остальной файл в"
                    f" {TITLES[chosen]}. Сохраните весь файл в UTF-8."
                )


def _is_odd(text: bytes, kinds: bytes, usual: bytes) -> bool:
    """True if a text holds unusual signs, a capital after a small letter, or a word of capitals."""
    shown = text.translate(kinds)
    return bool(text.translate(None, usual)) or b"lu" in shown or b"uuuu" in shown


def _other_encoding(line: bytes, chosen: str) -> str | None:
    """The encoding that this line is in, if it is clearly not the chosen one."""
    try:
        line.decode()
        return "utf-8"
    except UnicodeDecodeError:
        words = set(_HIGH.findall(line))
        own = sum(_score(word, chosen) for word in words)
        others = {name: sum(_score(word, name) for word in words) for name in _ONE_BYTE if name != chosen}
        best = max(others, key=others.__getitem__)
        return best if others[best] > own + 2 * CLEAR_LEAD else None


def _compare(words: set[bytes]) -> tuple[str, str, float]:
    """The likeliest encoding of some words, the likeliest one that gives another text, and the lead of the first."""
    scores = {name: sum(_score(word, name) for word in words) - _RARITY.get(name, 0) for name in _ONE_BYTE}
    best, *others = sorted(scores, key=scores.__getitem__, reverse=True)
    text = [word.decode(best, "replace") for word in words]
    second = next((name for name in others if [word.decode(name, "replace") for word in words] != text), others[0])
    return best, second, scores[best] - scores[second]


def _score(word: bytes, encoding: str) -> float:
    """Logarithm of how likely these bytes are as a piece of Russian text in the encoding."""
    text = word.decode(encoding, "replace")
    score, at = 0.0, 0
    for found in _LETTERS.finditer(text):
        letters = found[0]
        score += sum(_LOG.get(letter, -14.0) for letter in letters.lower())
        if letters.islower():
            score -= 0.2
        elif letters.isupper():
            score -= 2.0 if len(letters) == 1 else 3.0
        else:
            score -= 2.0 if letters[1:].islower() else 9.0
        at += len(letters)
    signs = _LETTERS.sub("", text)
    return score + sum(-5.0 if sign in _USUAL_SIGNS else -14.0 if sign != "\ufffd" else -30.0 for sign in signs)


@cache
def _kinds(encoding: str) -> bytes:
    """Byte → «l» for a small letter, «u» for a capital one, «-» for the rest."""
    signs = [bytes([n]).decode(encoding, "replace") if n > 127 else "-" for n in range(256)]
    return "".join("l" if s.islower() else "u" if s.isupper() else "-" for s in signs).encode()


@cache
def _usual_bytes(encoding: str) -> bytes:
    """The bytes that Russian texts are made of."""
    usual = {*_USUAL_SIGNS, *_SHARES, *(letter.upper() for letter in _SHARES)}
    return bytes(n for n in range(256) if n < 128 or bytes([n]).decode(encoding, "replace") in usual)
