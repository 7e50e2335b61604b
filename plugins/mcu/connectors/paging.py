"""Paging schemes of JSON APIs, one small class each: where the first page is, and where the next one is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urljoin

from mcu.connectors.base import SourceError, dig
from mcu.connectors.params import Rest

Query = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Call:
    """The address of a page and its query."""

    url: str
    query: Query


class Answer(Protocol):
    """What a scheme reads of a page: the decoded body, its records, the source's count of all records, and whether the
    page is as long as was asked for."""

    @property
    def body(self) -> Any: ...
    @property
    def items(self) -> list[Any]: ...
    @property
    def total(self) -> int | None: ...
    @property
    def is_full(self) -> bool: ...


class Paging(Protocol):
    """One scheme. It keeps no state, so a window can be read again from `first`."""

    def __init__(self, params: Rest, url: str) -> None: ...

    def first(self, query: Query) -> Call:
        """The call of the first page; `query` is what every page is asked with."""
        ...

    def next(self, call: Call, answer: Answer, read: int) -> Call | None:
        """The call after `call`, or None at the end. `read`: records so far, those of `answer` included.
        Raises SourceError."""
        ...


class PageNumber(Paging):
    """`page=1`, `page=2`, … up to the source's count or an empty page: the server may give fewer records than asked
    for, so a short page is no proof of the end."""

    def __init__(self, params: Rest, url: str) -> None:
        self._url, self._param, self._first = url, params.page_param, params.first_page

    def first(self, query: Query) -> Call:
        return Call(self._url, {**query, self._param: self._first})

    def next(self, call: Call, answer: Answer, read: int) -> Call | None:
        if _is_last(answer, read):
            return None
        return Call(self._url, {**call.query, self._param: int(call.query[self._param]) + 1})


class Offset(Paging):
    """`offset=0`, then the number of records read so far. It ends like `PageNumber`."""

    def __init__(self, params: Rest, url: str) -> None:
        self._url, self._param = url, params.page_param

    def first(self, query: Query) -> Call:
        return Call(self._url, {**query, self._param: 0})

    def next(self, call: Call, answer: Answer, read: int) -> Call | None:
        return None if _is_last(answer, read) else Call(self._url, {**call.query, self._param: read})


class Cursor(Paging):
    """Each answer carries the next page's mark in a field; the end has none."""

    def __init__(self, params: Rest, url: str) -> None:
        self._url, self._param, self._field = url, params.page_param, params.next_field

    def first(self, query: Query) -> Call:
        return Call(self._url, query)

    def next(self, call: Call, answer: Answer, read: int) -> Call | None:
        mark = _mark(answer, self._field, self._url)
        return Call(self._url, {**call.query, self._param: mark}) if mark else None


class NextLink(Paging):
    """Each answer carries the next page's address in a field, whole or relative; the end has none."""

    def __init__(self, params: Rest, url: str) -> None:
        self._url, self._field = url, params.next_field

    def first(self, query: Query) -> Call:
        return Call(self._url, query)

    def next(self, call: Call, answer: Answer, read: int) -> Call | None:
        link = _mark(answer, self._field, self._url)
        return Call(urljoin(call.url, link), {}) if link else None


SCHEMES: dict[str, type[Paging]] = {"page": PageNumber, "offset": Offset, "cursor": Cursor, "next_link": NextLink}
"""`paging` of a spec → its scheme."""


def _is_last(answer: Answer, read: int) -> bool:
    """True at an empty page, or if all that the source counts is read. A full page is the last only if the count is
    exactly what was read and no page's size: sources give 0, −1, the page's size or a cap for a count."""
    if not answer.items:
        return True
    return answer.total is not None and read >= answer.total and not answer.is_full


def _mark(answer: Answer, field: str, url: str) -> str | None:
    """The next page's mark; None at the end. Raises SourceError if it is neither text nor a number."""
    mark = dig(answer.body, field)
    if not mark:
        return None
    if not isinstance(mark, str | int):
        raise SourceError(
            f"{url}: отметка следующей страницы «{field}» - не текст и не число. Проверьте описание источника."
        )
    return str(mark)
