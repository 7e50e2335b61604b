"""A paged JSON API: by page number, offset, cursor or next-link."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

import orjson

from mcu.connectors.base import Connector, Page, SourceError, Window, dig
from mcu.connectors.certificates import tls_of
from mcu.connectors.http import HttpClient
from mcu.connectors.paging import SCHEMES, Call, Paging, Query
from mcu.connectors.params import Rest
from mcu.connectors.retries import TransientError

PASSES = 3
"""A window is read at most so many times while records move between its pages."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """One page of the API."""

    body: Any
    items: list[Any]
    ids: list[str | None]
    """The id of each record as text."""
    total: int | None
    """The source's count of all records, if it gives one."""
    body_hash: int
    is_full: bool
    """As many records as were asked for, or as the longest page before had: more may follow."""
    page_hash: int
    """Hash of the ids if every record has one, else of all records."""


@dataclass
class _Tally:
    """What one pass over the window has read. Ids are kept as hashes: eight bytes each are enough."""

    ids: set[int]
    """Of this pass and the passes before it."""
    yielded: set[int]
    """Hashes of the bodies yielded by this pass and those before it: a body is not yielded twice."""
    read: int = 0
    pages: set[int] = field(default_factory=set)
    total: int | None = None
    has_shrunk: bool = False
    longest: int = 0
    """Records of the longest page."""

    def add(self, answer: _Answer) -> None:
        self.pages.add(answer.page_hash)
        if answer.total is not None:
            self.has_shrunk |= self.total is not None and answer.total < self.total
            self.total = answer.total
            self.ids.update(hash(i) for i in answer.ids if i is not None)
            # Records without an id cannot be compared: each counts.
            self.ids.update(hash((self.read, n)) for n, i in enumerate(answer.ids) if i is None)
        self.read += len(answer.items)
        self.longest = max(self.longest, len(answer.items))

    @property
    def is_complete(self) -> bool:
        """True if the source counts no more records than were read."""
        return self.total is not None and self.read >= self.total

    def is_settled(self, before: _Tally | None) -> bool:
        """True if no record can have slipped between two pages. A record that changes while pages are read moves to
        the end of the list and pulls the rest one place forward: the count still agrees, but one id came twice and
        one did not come. A source that really gives records twice shows the same pages in the second pass."""
        if self.total is None:
            return True
        if len(self.ids) >= self.total and not self.has_shrunk:
            return True
        return self.read >= self.total and before is not None and before.pages == self.pages


class RestConnector(Connector):
    def __init__(self, params: Rest, key: str, url: str) -> None:
        """`key`: the dotted path of a record's id."""
        self._params = params
        self._key = key
        self._url = url

    def pages(self, window: Window) -> Iterator[Page]:
        """The window's records, read again until its pages agree with the source's count (see `_Tally.is_settled`)."""
        p = self._params
        tls = tls_of(p.connection, p.client_certificate)
        with HttpClient(self._url, p.auth, p.api_key_header, p.timeout_seconds, tls) as client:
            where = client.resolve(p.path)
            paging = SCHEMES[p.paging](p, where)
            before: _Tally | None = None
            for _ in range(PASSES):
                tally = _Tally(before.ids, before.yielded) if before else _Tally(set(), set())
                yield from self._one_pass(client, paging, self._query(window), tally)
                if tally.is_settled(before):
                    yield from _doubt(tally)
                    return
                before = tally
            raise SourceError(
                f"{where}: источник заявил записей: {tally.total}, а отдал разных: {len(tally.ids)}."
                f" Чтение повторено {PASSES} раза. Сообщите владельцу источника: часть записей не отдаётся."
            )

    def _query(self, window: Window) -> Query:
        p = self._params
        query: Query = {**p.params, p.size_param: p.page_size}
        if p.since_param and window.since:
            query[p.since_param] = _iso(window.since)
        if p.until_param and window.until:
            query[p.until_param] = _iso(window.until)
        return query

    def _one_pass(self, client: HttpClient, paging: Paging, query: Query, tally: _Tally) -> Iterator[Page]:
        call: Call | None = paging.first(query)
        for number in count(1):
            if call is None:
                return
            answer = self._ask_further(client, call, tally)
            if answer is None:
                return
            if answer.items and answer.page_hash in tally.pages:
                raise SourceError(
                    f"{client.resolve(self._params.path)}: страница {number} повторяет прочитанную раньше."
                    " Чтение остановлено, прочитанное сохранено. Сообщите владельцу источника."
                )
            tally.add(answer)
            if answer.items and answer.body_hash not in tally.yielded:
                tally.yielded.add(answer.body_hash)
                yield Page(answer.items, f"страница {number}", total=answer.total)
            call = paging.next(call, answer, tally.read)

    def _ask_further(self, client: HttpClient, call: Call, tally: _Tally) -> _Answer | None:
        """The page of the call. None if the source counts no more records and refuses the page or repeats one: then it
        was asked only because the page before was full."""
        try:
            answer = self._ask(client, call, tally.longest)
            if answer.items and answer.page_hash in tally.pages:
                answer = self._ask(client, call, tally.longest)  # a second request may bring the right page
        except TransientError:
            raise
        except SourceError:
            if tally.is_complete:
                return None
            raise
        return None if tally.is_complete and answer.page_hash in tally.pages else answer

    def _ask(self, client: HttpClient, call: Call, longest: int) -> _Answer:
        p = self._params
        body, body_hash = client.get_json(call.url, call.query)
        items = dig(body, p.items) if p.items else body
        if not isinstance(items, list):
            where = f"списка записей «{p.items}»" if p.items else "списка записей"
            raise SourceError(f"{client.resolve(p.path)}: в ответе нет {where}. Проверьте описание источника.")
        total = dig(body, p.total) if p.total and isinstance(body, dict) else None
        if total is not None:
            try:
                total = int(total)
            except (TypeError, ValueError):
                raise SourceError(f"{client.resolve(p.path)}: контрольный итог «{p.total}» - не число.") from None
        ids = [None if i is None else str(i) for i in self._ids(items)]
        page_hash = hash(tuple(ids)) if None not in ids else _hash_of(items, body_hash)
        is_full = len(items) >= min(p.page_size, longest or p.page_size)
        return _Answer(body, items, ids, total, body_hash, is_full, page_hash)

    def _ids(self, items: list[Any]) -> list[Any]:
        if "." not in self._key and all(type(item) is dict for item in items):
            return [item.get(self._key) for item in items]
        return [dig(item, self._key) for item in items]


def _hash_of(items: list[Any], body_hash: int) -> int:
    """Hash of a page's records; of the whole body if one of them is no JSON."""
    try:
        return hash(orjson.dumps(items, default=str))
    except (TypeError, ValueError, RecursionError):
        return body_hash


def _doubt(tally: _Tally) -> Iterator[Page]:
    """A source that counts fewer records than it gives is reported."""
    if tally.total is not None and tally.total < len(tally.ids):
        note = (
            f"Источник заявил записей: {tally.total}, а отдал: {len(tally.ids)}. Прочитаны все;"
            " сообщите владельцу источника, что его контрольный итог неверен."
        )
        yield Page([], "контрольный итог", notes=(note,))


def _iso(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
