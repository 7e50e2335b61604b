"""A paged JSON API: by page number, offset, cursor or next-link."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

import orjson

from mcu.connectors.base import Connector, Page, SourceError, Window, dig
from mcu.connectors.certificates import tls_of
from mcu.connectors.http import HttpClient
from mcu.connectors.params import Rest

PASSES = 3
"""How often a window is read anew while records move between its pages."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """One page: all of the body, its records and their ids as text, the control total, a hash of the bytes, and a
    fingerprint: of the ids where each record has one, else of all of it."""

    body: Any
    items: list[Any]
    ids: list[str | None]
    total: int | None
    seal: int
    print: int


@dataclass
class _Tally:
    """What one pass over the window has seen. Ids are kept as hashes: eight bytes tell enough."""

    ids: set[int]
    """Of this pass and of those before it."""
    told: set[int]
    """Answers handed on by this pass and those before it: what comes again to the letter is not handed on again."""
    read: int = 0
    pages: set[int] = field(default_factory=set)
    total: int | None = None
    has_shrunk: bool = False

    def add(self, answer: _Answer) -> None:
        self.pages.add(answer.print)
        if answer.total is not None:
            self.has_shrunk |= self.total is not None and answer.total < self.total
            self.total = answer.total
            self.ids.update(hash(i) for i in answer.ids if i is not None)
            # A record without an id cannot be told from its likes: each counts.
            self.ids.update(hash((self.read, n)) for n, i in enumerate(answer.ids) if i is None)
        self.read += len(answer.items)

    def is_settled(self, before: _Tally | None) -> bool:
        """Whether no record can have slipped between two pages. A record that changes while pages are read moves to
        the end and pulls the rest one place forward: the count still agrees, but one id came twice and one never.
        A source that really gives records twice shows the same pages at the second pass."""
        if self.total is None:
            return True
        if len(self.ids) >= self.total and not self.has_shrunk:
            return True
        return self.read >= self.total and before is not None and before.pages == self.pages


class RestConnector(Connector):
    def __init__(self, params: Rest, key: str, url: str) -> None:
        self._params = params
        self._key = key
        self._url = url

    def pages(self, window: Window) -> Iterator[Page]:
        p = self._params
        tls = tls_of(p.connection, p.client_certificate)
        with HttpClient(self._url, p.auth, p.api_key_header, p.timeout_seconds, tls) as client:
            before: _Tally | None = None
            for _ in range(PASSES):
                tally = _Tally(before.ids, before.told) if before else _Tally(set(), set())
                yield from self._one_pass(client, self._query(window), tally)
                if tally.is_settled(before):
                    return
                before = tally
            raise SourceError(
                f"{client.resolve(p.path)}: источник заявил записей: {tally.total}, а отдал разных: {len(tally.ids)}."
                f" Чтение повторено {PASSES} раза. Сообщите владельцу источника: часть записей не отдаётся."
            )

    def _query(self, window: Window) -> dict[str, str | int]:
        p = self._params
        query: dict[str, str | int] = {**p.params, p.size_param: p.page_size}
        if p.since_param and window.since:
            query[p.since_param] = _iso(window.since)
        if p.until_param and window.until:
            query[p.until_param] = _iso(window.until)
        return query

    def _one_pass(self, client: HttpClient, query: dict[str, str | int], tally: _Tally) -> Iterator[Page]:
        p = self._params
        path, number = p.path, 0
        if p.paging == "page":
            query[p.page_param] = p.first_page
        elif p.paging == "offset":
            query[p.page_param] = 0
        while True:
            number += 1
            answer = self._ask(client, path, query)
            if answer.items and answer.print in tally.pages:
                # Once more: the next answer may be the right one.
                answer = self._ask(client, path, query)
                if answer.items and answer.print in tally.pages:
                    raise SourceError(
                        f"{client.resolve(p.path)}: страница {number} повторяет прочитанную раньше."
                        " Чтение остановлено, прочитанное сохранено. Сообщите владельцу источника."
                    )
            tally.add(answer)
            if answer.items and answer.seal not in tally.told:
                tally.told.add(answer.seal)
                yield Page(answer.items, f"страница {number}", total=answer.total)
            if p.paging in ("page", "offset"):
                # The server may give fewer records than asked for, so a short page alone ends nothing.
                if not answer.items or (answer.total is not None and tally.read >= answer.total):
                    return
                query[p.page_param] = p.first_page + number if p.paging == "page" else tally.read
                continue
            mark = dig(answer.body, p.next_field)
            if not mark:
                return
            if not isinstance(mark, str | int):
                raise SourceError(
                    f"{client.resolve(p.path)}: отметка следующей страницы «{p.next_field}» - не текст и не число."
                    " Проверьте описание источника."
                )
            if p.paging == "cursor":
                query[p.page_param] = str(mark)
            else:
                path, query = urljoin(client.resolve(path), str(mark)), {}

    def _ask(self, client: HttpClient, path: str, query: dict[str, str | int]) -> _Answer:
        p = self._params
        body, seal = client.get_json(path, query)
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
        found = self._ids(items)
        ids = [None if i is None else str(i) for i in found]
        return _Answer(body, items, ids, total, seal, hash(orjson.dumps(items)) if None in ids else hash(tuple(ids)))

    def _ids(self, items: list[Any]) -> list[Any]:
        if "." not in self._key and all(type(item) is dict for item in items):
            return [item.get(self._key) for item in items]
        return [dig(item, self._key) for item in items]


def _iso(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
