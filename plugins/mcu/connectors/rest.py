"""A paged JSON API: by page number, offset, cursor or next-link."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from mcu.connectors.base import Page, SourceError, Window, dig, register
from mcu.connectors.http import HttpClient
from mcu.sources.spec import Rest, SourceSpec

PASSES = 3
"""How often a window is read anew while records move between its pages."""


@dataclass
class _Tally:
    """What one pass over the window has seen. Ids are kept as hashes: eight bytes tell enough."""

    read: int = 0
    ids: set[int] = field(default_factory=set)
    pages: set[int] = field(default_factory=set)
    total: int | None = None
    has_shrunk: bool = False

    def add(self, ids: list[Any], items: list[Any], total: int | None) -> None:
        self.read += len(items)
        self.pages.add(_print_of(ids, items))
        if total is not None:
            self.has_shrunk |= self.total is not None and total < self.total
            self.total = total
            self.ids.update(hash(str(i)) for i in ids if i is not None)
            # A record without an id cannot be told from its likes: each counts.
            self.ids.update(hash((self.read, n)) for n, i in enumerate(ids) if i is None)

    @property
    def is_settled(self) -> bool:
        """Whether no record can have slipped between two pages. A record that changes while pages are read moves to
        the end and pulls the rest one place forward: the count then agrees, but one id is there twice and one not."""
        return self.total is None or (len(self.ids) >= self.total and not self.has_shrunk)


class RestConnector:
    def __init__(self, params: Rest, key: str, url: str) -> None:
        self._params = params
        self._key = key
        self._url = url

    def pages(self, window: Window) -> Iterator[Page]:
        p = self._params
        with HttpClient(self._url, p.auth, p.api_key_header, p.timeout_seconds) as client:
            for _ in range(PASSES):
                tally = _Tally()
                yield from self._one_pass(client, self._query(window), tally)
                if tally.is_settled:
                    return
            raise SourceError(
                f"{client.resolve(p.path)}: источник заявил записей: {tally.total}, а отдал: {len(tally.ids)}."
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
            body, items, ids, total = self._ask(client, path, query)
            if items and _print_of(ids, items) in tally.pages:
                # Once more: the next answer may be the right one.
                body, items, ids, total = self._ask(client, path, query)
                if items and _print_of(ids, items) in tally.pages:
                    raise SourceError(
                        f"{client.resolve(p.path)}: страница {number} повторяет прочитанную раньше."
                        " Чтение остановлено, прочитанное сохранено. Сообщите владельцу источника."
                    )
            tally.add(ids, items, total)
            if items:
                yield Page(items, f"страница {number}", total=total)
            if p.paging in ("page", "offset"):
                # The server may give fewer records than asked for, so a short page alone ends nothing.
                if not items or (total is not None and tally.read >= total):
                    return
                query[p.page_param] = p.first_page + number if p.paging == "page" else tally.read
                continue
            mark = dig(body, p.next_field)
            if not mark:
                return
            if p.paging == "cursor":
                query[p.page_param] = str(mark)
            else:
                path, query = str(mark), {}

    def _ask(
        self, client: HttpClient, path: str, query: dict[str, str | int]
    ) -> tuple[Any, list[Any], list[Any], int | None]:
        p = self._params
        body = client.get_json(path, query)
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
        return body, items, [dig(item, self._key) for item in items], total


def _print_of(ids: list[Any], items: list[Any]) -> int:
    """The fingerprint of a page: its ids where each record has one, else all of it."""
    if any(i is None for i in ids):
        return hash(orjson.dumps(items))
    return hash(tuple(map(str, ids)))


def _iso(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


@register("rest")
def open_rest(spec: SourceSpec, url: str) -> RestConnector:
    assert isinstance(spec.connector, Rest)
    return RestConnector(spec.connector, spec.record.id, url)
