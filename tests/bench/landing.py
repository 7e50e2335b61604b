"""Rows a second into raw as a share of a plain COPY of the same bytes, measured side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from time import perf_counter
from typing import Any

import orjson
import psycopg

from mcu.connectors.base import Page, Window
from mcu.landing.load import source_lock
from mcu.landing.run import Run
from mcu.privacy.masking import mask
from mcu.sources.spec import SourceSpec
from mcu.warehouse.connect import connect

SLUG = "bench_landing"
PAGE = 2_000


@dataclass(frozen=True, slots=True)
class Figure:
    """`share` is of plain COPY's rows a second."""

    name: str
    rows: int
    seconds: float
    copy_seconds: float

    @property
    def rows_per_second(self) -> float:
        return self.rows / self.seconds

    @property
    def share(self) -> float:
        return self.copy_seconds / self.seconds


@dataclass(frozen=True, slots=True)
class Result:
    without_text: Figure
    with_text: Figure
    masked_per_second: float
    """Texts of 250 characters masked a second by one core."""


def run(rows: int = 100_000, repeats: int = 3) -> Result:
    """Land `rows` records into a scratch table without and with free text; the best of `repeats` counts for both
    sides. Leaves nothing behind."""
    try:
        return Result(
            _compare("без свободного текста", rows, repeats, has_text=False),
            _compare("со свободным текстом", rows, repeats, has_text=True),
            _masked_per_second(),
        )
    finally:
        with connect("loader") as conn:
            clean(conn)


def _compare(name: str, rows: int, repeats: int, *, has_text: bool) -> Figure:
    source = spec()
    bodies = [
        orjson.dumps([record(i, has_text) for i in range(at, min(at + PAGE, rows))]) for at in range(0, rows, PAGE)
    ]
    lines = [b"".join(orjson.dumps(r).replace(b"\\", b"\\\\") + b"\n" for r in orjson.loads(b)) for b in bodies]
    plain, landed = [], []
    for _ in range(repeats):  # in turns, so that both run under the same load
        plain.append(plain_copy(lines))
        landed.append(_land(source, bodies))
    return Figure(name, rows, min(landed), min(plain))


def plain_copy(pages: list[bytes]) -> float:
    """Seconds to COPY records, as JSON lines made beforehand, into a table of one jsonb column."""
    with connect("loader") as conn:
        conn.execute("drop table if exists raw.bench_copy")
        conn.execute("create table raw.bench_copy (payload jsonb)")
        conn.commit()
        started = perf_counter()
        with conn.cursor() as cursor, cursor.copy("copy raw.bench_copy from stdin") as copy:
            for page in pages:
                copy.write(page)
        conn.commit()
        return perf_counter() - started


def _land(source: SourceSpec, bodies: list[bytes]) -> float:
    """Seconds of a whole load of answers held in memory as a source sent them, decoding included."""

    def pages() -> Iterator[Page]:
        for number, body in enumerate(bodies, 1):
            yield Page(orjson.loads(body), f"страница {number}")

    with connect("loader") as conn:
        clean(conn)
    with source_lock(source) as conn:
        started = perf_counter()
        load = Run(conn, source, window=Window())
        load.land(pages())
        load.finish()
        return perf_counter() - started


def clean(conn: psycopg.Connection) -> None:
    conn.execute("drop table if exists raw.bench_copy, raw.bench_landing")
    conn.execute(
        "delete from ops.anonymization_log where load_id in (select load_id from ops.loads where source_slug = %s)",
        [SLUG],
    )
    conn.execute("delete from ops.loads where source_slug = %s", [SLUG])
    conn.execute("delete from ops.source_state where source_slug = %s", [SLUG])
    conn.commit()


def spec() -> SourceSpec:
    return SourceSpec.model_validate(
        {
            "slug": SLUG,
            "title": "Замер записи",
            "connector": {"type": "rest", "connection": "bench", "path": "/"},
            "record": {
                "id": "id",
                "updated_at": "updatedAt",
                "required": ["id", "municipality", "createdAt", "status"],
                "times": ["createdAt", "registeredAt", "updatedAt"],
            },
            "personal": {
                "identity": ["author.phone"],
                "drop": ["author", "address.flat"],
                "text": ["text"],
                # as dags/sources/pos.yml has them
                "verbatim": ["kind", "municipality", "status", "category", "parentId", "history.event", "history.at"],
            },
            "expected_fields": list(record(0, True)),
        }
    )


_TEXTS = (
    "Здравствуйте! Во дворе дома уже третью неделю не горит ни один фонарь, дети возвращаются из школы в полной"
    " темноте. Обращались в управляющую компанию, ответа по существу нет. Просим принять меры и сообщить о сроках,"
    " фото приложены. Спасибо.",
    "<p>Добрый день! Прошу убрать снег с тротуара по улице&nbsp;Садовой, коляску не провезти.&nbsp;Дворника не видели с"
    " начала месяца, у подъезда каток, пожилые падают каждый день. Звоните 8 946 123-45-67, С уважением,"
    " Ветроходов П.И.</p>",
    "Мусор не вывозят шестой день, контейнеры переполнены, ветер разносит пакеты по всей детской площадке, у баков"
    " бегают крысы. График вывоза нарушен уже в четвёртый раз за осень. Когда это закончится? Кто за это отвечает, в"
    " конце концов? Ответьте.",
)
"""Invented; 230 to 250 characters each."""


def record(number: int, has_text: bool = False) -> dict[str, Any]:
    """A ПОС-like record of about 850 bytes without text, from its number only."""
    rng = Random(number)
    day = f"2026-{1 + number % 12:02}-{1 + number % 28:02}"
    record = {
        "id": f"POS-2026-{number:07}",
        "kind": "сообщение",
        "municipality": "город Мурманск",
        "createdAt": f"{day}T10:{number % 60:02}:00+03:00",
        "registeredAt": f"{day}T12:{number % 60:02}:00+03:00",
        "updatedAt": f"{day}T18:{number % 60:02}:00+03:00",
        "status": "В работе",
        "category": "Благоустройство",
        "topic": "Освещение дворовых территорий",
        "fastTrack": number % 5 == 0,
        "organization": "Управление благоустройства",
        "author": {"fullName": "Ветроходов Пётр", "phone": f"+7946{rng.randrange(10**7):07}", "email": None},
        "address": {"text": "ул. Центральная, д. 5", "flat": "17", "lat": 68.97, "lon": 33.07, "district": "Центр"},
        "deferredUntil": None,
        "rating": number % 6 or None,
        "parentId": None,
        "history": [
            {"event": "Создано", "at": f"{day}T10:00:00+03:00"},
            {"event": "Назначено", "at": f"{day}T12:00:00+03:00"},
        ],
        "text": None,
    }
    if has_text:
        record["text"] = _TEXTS[number % 3]
    return record


def _masked_per_second(seconds: float = 1.0) -> float:
    texts = [text[:250] for text in _TEXTS]
    done, started = 0, perf_counter()
    while perf_counter() - started < seconds:
        for text in texts:
            mask(text)
        done += len(texts)
    return done / (perf_counter() - started)


if __name__ == "__main__":
    result = run()
    for figure in (result.without_text, result.with_text):
        print(
            f"{figure.name}: {figure.rows_per_second:,.0f} строк/с, {figure.share:.2f} от COPY"
            f" ({figure.seconds:.2f} с против {figure.copy_seconds:.2f} с)"
        )
    print(f"маскирование: {result.masked_per_second:,.0f} текстов по 250 знаков в секунду")
