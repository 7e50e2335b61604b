"""A table of another database: what its server can do to a reader."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

from mcu.secrets import put_secret
from mcu.sources.spec import SourceSpec
from mcu.warehouse.connect import connect, url
from tests.connectors.matrix.http import nobody
from tests.connectors.matrix.outcome import LOADED, QUARANTINED, REFUSED, Cell

BATCH = 10


class Sql:
    title = "sql"
    expected: ClassVar[dict[str, str]] = {
        "401": REFUSED, "403": REFUSED, "404": REFUSED, "нет соединения": REFUSED, "нет ответа": REFUSED,
        "тело оборвано": REFUSED, "500 постоянно": REFUSED, "пустая страница постоянно": LOADED,
        "ровно N полных страниц": LOADED, "N страниц и запись": LOADED, "запись изменилась между страницами": LOADED,
        "запись в 10 МБ": QUARANTINED, "номер дважды": LOADED, "часы убежали": LOADED,
    }  # fmt: skip  # a table
    _COUNTS: ClassVar[dict[str, int]] = {
        "ровно N полных страниц": 3 * BATCH,
        "N страниц и запись": 3 * BATCH + 1,
        "пустая страница постоянно": 0,
    }
    _AT_ROW_15: ClassVar[dict[str, str]] = {
        # what the view does when it comes to the 15th row
        "тело оборвано": "case when n = 15 then pg_terminate_backend(pg_backend_pid())::text else '' end",
        "500 постоянно": "(1 / (n - 15))::text",
        "нет ответа": "case when n = 15 then pg_sleep(5)::text else '' end",
    }

    @contextmanager
    def cell(self, fault: str, slug: str, folder: Path) -> Iterator[Cell]:
        count = self._COUNTS.get(fault, 25)
        odd = self._AT_ROW_15.get(fault, "''")
        with connect("admin") as conn:
            conn.execute(
                f"create table public.t_{slug} as select n, 'S' || lpad(n::text, 3, '0') as id, 'Снег' as text,"
                f" timestamptz '2026-11-01 10:00Z' + make_interval(secs => n) as updated_at"
                f" from generate_series(1, {count}) n"
            )
            if fault == "запись в 10 МБ":
                conn.execute(f"update public.t_{slug} set text = repeat('Снег ', 1100000) where n = 3")
            if fault == "номер дважды":
                conn.execute(f"insert into public.t_{slug} values (26, 'S003', 'Другое', '2026-11-02Z')")
            if fault == "часы убежали":
                conn.execute(f"update public.t_{slug} set updated_at = '2030-01-01Z' where n = 3")
            if fault != "404":
                conn.execute(
                    f"create view public.v_{slug} as select id, text, updated_at, {odd} as odd"
                    f" from (select * from public.t_{slug} order by updated_at, id offset 0) as t"
                )
        address = url("admin")
        if fault == "401":
            address = address.replace(urlsplit(address).password or "", "wrong-tok-en")
        if fault == "403":
            address = url("reader")
        with nobody() if fault == "нет соединения" else _same(address) as given:
            put_secret(f"conn_{slug}", given.replace("http://", "postgresql://u:wrong-tok-en@"))
            yield Cell(
                self._spec(slug),
                {f"S{n + 1:03}" for n in range(count)},
                is_heavy=fault == "запись в 10 МБ",
                rejected={"S003"} if fault == "запись в 10 МБ" else None,
                heal=lambda: _mend(slug),
            )

    def _spec(self, slug: str) -> SourceSpec:
        return SourceSpec.model_validate(
            {
                "slug": slug,
                "title": "Проба",
                "connector": {
                    "type": "sql",
                    "connection": slug,
                    "relation": f"public.v_{slug}",
                    "batch_size": BATCH,
                    "timeout_seconds": 1,
                },
                "record": {"id": "id", "updated_at": "updated_at", "required": ["id"], "times": ["updated_at"]},
                "personal": {"text": ["text"]},
            }
        )


@contextmanager
def _same(address: str) -> Iterator[str]:
    yield address


def _mend(slug: str) -> None:
    put_secret(f"conn_{slug}", url("admin"))
    with connect("admin") as conn:
        conn.execute(
            f"create or replace view public.v_{slug} as select id, text, updated_at, '' as odd from public.t_{slug}"
        )
