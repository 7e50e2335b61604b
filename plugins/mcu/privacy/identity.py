"""One spelling for each person: whom a phone, a mail, an account, a link or a name means, or that it means nobody."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

_WORDS = re.compile(r"\w+").findall
_NOBODY = frozenset(
    """
    аноним|анонимно|анонимный|анонимный пользователь|нет|без подписи|отсутствует|отсутствуют|неизвестно|неизвестен
    |неизвестный|неизвестна|пользователь|гость|заявитель|автор|житель|фио|имя|тест|н д|н а|none|null|n a|test|телефон
    |почта|anonymous|anonim|unknown|no name|скрыто|данные скрыты|удален|страница удалена|прочерк|xxx|ххх|нету
    """.replace("\n", "")
    .replace("    ", "")
    .split("|")
)
"""What people write instead of a name, as words in lower case."""
_NOT_GIVEN = re.compile(
    r"(?:нет|без|нету|отсутству\w+|неизвестн?\w*|скрыт\w*|no|none|not)\b.*"
    r"|не (?:указ|извест|представ|заполн|име|зна|назва|назыв|дал|оставл|остав|предостав|сообщ|скаж|хо[чт]|помн|определ"
    r"|пользу|треб|нуж|важн)\w*\b.*"
).fullmatch
_ACCOUNT = re.compile(r"(?=\D*[\d_])[A-Za-z0-9_.\-]{3,}").fullmatch
_LINK = re.compile(r"^(?:https?://)?(?:www\.|m\.)?(?=[\w.-]+\.\w+/)", re.I)


def normal_identity(value: Any) -> str:
    """Phones as digits from 7, mails and links in lower case, names in lower case without ё. It begins with the kind,
    so that a phone never equals an account number. Of several phones or mails in one cell the first counts. Empty if
    the value identifies nobody: no text, «Аноним», a placeholder."""
    text = str(value).strip()
    if len(text) == 12 and text[:2] == "+7" and text.isascii() and text[1:].isdecimal():
        return _checked(text[2:])
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).strip()
    words = " ".join(_WORDS(text.casefold().replace("ё", "е").replace("_", " ")))
    if not words or words in _NOBODY or _NOT_GIVEN(words):
        return ""
    if "@" in text:
        return _mail(text)
    if "/" in text and (link := _LINK.sub("", text)) != text:
        link = link.split()[0].rstrip("/").lower()
        return f"link:{link}" if "/" in link else ""
    has_letters = any(map(str.isalpha, text))
    if not has_letters or not _ACCOUNT(text):
        phone = _phone(text, has_letters)
        if phone is not None:
            return phone
    if "/" in text:
        link = _LINK.sub("", text).rstrip("/").lower()
        return f"link:{link}" if "/" in link else ""
    if _ACCOUNT(text):
        return f"account:{text.lower()}"
    return f"name:{words}" if any(map(str.isalpha, words)) else ""


# ---------------------------------------------------------------- phones

_SEP = r"[\s\-‐-―−.()_]{0,4}"
_FULL = re.compile(rf"(?<![\w/=.])(?:\+\s?)?[78](?:{_SEP}\d){{10}}(?!\d)").search
_GLUED = re.compile(r"(?<![\w/=.+])\+?[78]\d{10}(?=\+?[78]\d{10}(?!\d))").search
_TEN_DIGITS = re.compile(rf"(?<![\w/=.+])\d(?:{_SEP}\d){{9}}(?!\d)").search
_UNBROKEN_TEN = re.compile(r"(?<![\w/=.+])\d{10}(?!\d)").match
_FOREIGN = re.compile(rf"\+\s?\d(?:{_SEP}\d){{7,14}}(?!\d)").match
_LOCAL = re.compile(r"\(?\d(?:[\s\-‐-―−.()_]{0,3}\d){4,}").match
_PHONE_WORD = re.compile(
    r"^(?:(?:сот|моб|дом|раб|тел|конт|номер|phone|mobile|tel|mob|whats\w*|viber|факс|т)\w*[.:,\s№\-]*){1,3}(?=[+(\d])",
    re.I,
)


def _phone(text: str, has_letters: bool) -> str | None:
    """The first phone of the text; empty if it is a placeholder; None if there is no phone."""
    text = _PHONE_WORD.sub("", text)
    has_letters = has_letters and text[:1].isalpha()
    digits = sum(map(str.isdecimal, text))
    if digits < 5:
        return None
    if has_letters:  # a name before the number: only what is surely a phone counts
        found = _FULL(text)
        return _checked(_digits(found[0])[1:]) if found and _digits(found[0])[1] in "3489" else None
    found = _UNBROKEN_TEN(text) or _FULL(text) or _GLUED(text) or _TEN_DIGITS(text)
    if found and found.start() <= 2:
        national = _digits(found[0])
        return _checked(national[-10:])
    found = _FOREIGN(text) or _LOCAL(text)
    if not found:
        return None
    number = _digits(found[0])
    is_placeholder = len(set(number)) == 1 or number in "01234567890" or len(set(number.removeprefix("7"))) <= 1
    return "" if is_placeholder else f"phone:{number}"


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))


_ROW = "01234567890123456"
_ROWS = "|".join(row[n : n + 8] for row in (_ROW, _ROW[::-1]) for n in range(10))
_TYPED = re.compile(rf"[012]|\d*?(\d)\1{{6}}|\d{{0,2}}(?:{_ROWS})|9991234567|9001234567").match
"""A number that people type to fill the field: equal digits, digits in a row, a code that no region has."""


def _checked(national: str) -> str:
    """A Russian number of ten digits; empty if it means nobody."""
    return "" if _TYPED(national) else f"phone:7{national}"


# ---------------------------------------------------------------- mails

_MAIL = re.compile(r"([\w.+\-]+)@((?:[\w\-]+\.)+[\w\-]{2,})").search
_NO_MAILBOX_WORDS = """
нет нету net netu no none null nil non not na n-a empty пусто отсутствует отсутствуют otsutstvuet неизвестно unknown
anonim anonym anonymous аноним noname nomail noemail no-mail no-email net-pochty netpochty нетпочты net_pochty
noreply no-reply no_reply donotreply do-not-reply не-отвечать
test тест test1 test2 test123 testtest tester example пример primer sample demo fake
mail email e-mail pochta почта имя name user username login адрес address
qwe qwer qwert qwerty qwerty123 asd asdf asdfg asdfgh zxc zxcv zxcvb йцу йцукен фыва abc abcd abv абв 123 1234
12345 123456 1234567 12345678 123456789 1234567890 qaz
"""
_NO_MAILBOX = frozenset(_NO_MAILBOX_WORDS.split())


def _mail(text: str) -> str:
    """The first mail of the text; empty if it is none, or one that people type to fill the field."""
    found = _MAIL(text.lower())
    if not found:
        return ""
    local, domain = found[1].strip("."), found[2]
    host = domain.rpartition(".")[0].rpartition(".")[2]
    is_typed = (local == host and len(local) <= 5) or (len(set(local)) == 1 and len(local) > 1)
    return "" if is_typed or not local or local in _NO_MAILBOX else f"mail:{local}@{domain}"
