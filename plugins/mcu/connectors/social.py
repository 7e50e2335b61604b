"""One shape of record for messages of every social network and messenger.

{ref, kind, page, municipality, at, changed_at, is_official, author_link, answers_to, replies: [{at, text}],
figures: {members, views, likes, comments, reposts}, …} and the network's own fields. `at` and `changed_at` are ISO
instants. `replies` are the official page's answers to this message: an answer makes a new version of the message, so
an incremental run cannot miss it. `figures` are filled for posts of the page and for the page's own record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_LAST_SECOND = 253_402_300_799
"""The end of the year 9999."""
_LARGEST_FIGURE = 10**12
"""Larger values are faults of the network and would overflow the sums of the marts."""


def moment(seconds: Any) -> Any:
    """Seconds since the epoch (a number or digits) as an ISO instant; anything else as text, for landing to judge."""
    if isinstance(seconds, str) and seconds.isdecimal():
        seconds = int(seconds[:15])
    if isinstance(seconds, int) and not isinstance(seconds, bool) and 0 <= seconds <= _LAST_SECOND:
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    return str(seconds)[:40] if isinstance(seconds, str | int | float) else None


def latest(*moments: Any) -> Any:
    """The latest of the ISO instants that `moment` wrote. Other texts count only if there is no instant."""
    given = [m for m in moments if isinstance(m, str)]
    return max((m for m in given if m[4:5] == "-"), default=given[0] if given else None)


def record(
    body: Mapping[str, Any],
    *,
    ref: str | None,
    kind: str,
    page: str,
    municipality: str,
    at: Any,
    edited: Any = None,
    is_official: bool = False,
    author_link: str | None = None,
    answers_to: str | None = None,
    replies: list[dict[str, Any]] | None = None,
    figures: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The network's own `body` with the fields that every network's record has."""
    replies = sorted(replies or [], key=lambda reply: str(reply["at"]))
    return {
        **body,
        "ref": ref,
        "kind": kind,
        "page": page,
        "municipality": municipality,
        "at": at,
        "changed_at": latest(at, edited, *(reply["at"] for reply in replies)),
        "is_official": is_official,
        "author_link": author_link,
        "answers_to": answers_to,
        "replies": replies,
        "figures": {name: n for name, n in (figures or {}).items() if type(n) is int and 0 <= n <= _LARGEST_FIGURE},
    }
