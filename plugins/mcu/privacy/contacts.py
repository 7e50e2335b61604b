"""Finds links to accounts and e-mail addresses in free text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcu.privacy.tokens import EMAIL, LINK, Span

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


def links(text: str) -> Iterator[Span]:
    if "/" in text or "@" in text or "[id" in text:
        for m in _LINK.finditer(text):
            yield m.start(), m.end(), LINK


_AT_IN_BRACKETS = re.compile(r"[(\[{]\s?(?i:at|собака|эт)\s?[)\]}]").search
_MAIL = re.compile(
    r"(?<![\w.+\-])[\w.+\-]++\s{0,2}(?:@|[(\[{]\s?(?:at|собака|эт)\s?[)\]}]|\sсобака\s)\s{0,2}"
    # A dot followed by a space ends a sentence, unless a space stands before it too.
    r"[\w\-]++(?:(?:\s\.\s?|\.|\s?[(\[{]\s?(?:dot|точка)\s?[)\]}]\s?|\sточка\s)[\w\-]++)+",
    re.I,
)


def mails(text: str) -> Iterator[Span]:
    if "@" in text or _AT_IN_BRACKETS(text) or "собака" in text.lower():
        for m in _MAIL.finditer(text):
            yield m.start(), m.end(), EMAIL
