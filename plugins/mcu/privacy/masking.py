"""Masks free text: whatever identifies a person becomes a token, everything else stays as it is.

The text is searched as a reader sees it (`shadow`), and the finds are cut out of the original. Each search starts from
a rare sign (an @, five digits close together, the ending of a patronymic): an ordinary text costs only a few fast
scans."""

from __future__ import annotations

import re
from collections.abc import Callable, MutableMapping

from mcu.privacy.contacts import links, mails
from mcu.privacy.numbers import flats, numbers
from mcu.privacy.people import people
from mcu.privacy.shadow import Shadow
from mcu.privacy.tokens import NAME

_TRADER = re.compile(
    r"(?<![А-ЯЁа-яё])(?:ИП|ПБОЮЛ|(?i:индивидуальн\w{2,4}\s+предпринимател\w{1,3}|глав\w{1,2}\s+к\(?ф\)?х"
    r"|самозанят\w{2,3}|нотариус\w{0,2}|адвокат\w{0,2}))[\s:.«\"“„(]{0,4}$"
).search


def mask(text: str, counts: MutableMapping[str, int] | None = None, trader: Callable[[str], str] | None = None) -> str:
    """The text with tokens in place of whatever identifies a person. Adds the number of each token to `counts`.
    `trader` makes the token of a sole trader («ИП Иванов И. И.») from the name, so that two of them stay apart."""
    shadow = Shadow(text)
    spans = [
        *links(shadow.addresses),
        *mails(shadow.addresses),
        *numbers(shadow.text),
        *flats(shadow.text),
        *people(shadow.names),
    ]
    if not spans:
        return text
    pieces, end = [], 0
    for at, till, token in sorted(spans, key=lambda s: (s[0], -s[1])):
        start, stop = shadow.span(at, till)
        if start < end:  # it overlaps the find before it: the rest of it goes too
            end = max(end, stop)
            continue
        shown = token
        if trader and token is NAME and _TRADER(shadow.names[max(0, at - 40) : at]):
            shown = trader(shadow.names[at:till])
        pieces += [text[end:start], shown]
        end = stop
        if counts is not None:
            counts[token] = counts.get(token, 0) + 1
    return "".join([*pieces, text[end:]])
