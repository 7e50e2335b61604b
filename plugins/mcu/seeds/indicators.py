"""The places of an indicator agree: its SQL, its row of the catalogue, its page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from mcu.seeds.read import Row, Seed

AGGREGATIONS = {
    "count": "количество",
    "share": "доля",
    "mean": "среднее",
    "median": "медиана",
    "percentile": "процентиль",
}
"""How a value is made of numerator and denominator; see docs/indicators/README.md."""

SAID_AS_IN_THE_CATALOGUE = ("Код", "Вид значения", "Единица", "Кто принимает решения", "Основание")
SAID_OF_EACH = (
    *("Определение", "Числитель", "Знаменатель", "Источник", "Исключения", "Плановое значение"),
    *("Как можно исказить", "Чего не показывает"),
)

DIRECTIONS = {"more": "больше — лучше", "less": "меньше — лучше", "none": "направление не задано"}


def faults_of_indicators(project: Path, catalogue: Seed, pages: Path | None) -> Iterator[str]:
    """Contradictions between SQL and catalogue of the dbt project and, if given, the folder of pages; in words."""
    sql = {path.stem.removeprefix("ind_"): path for path in sorted((project / "models").rglob("ind_*.sql"))}
    rows = {row.cells["indicator_code"]: row for row in catalogue.rows if row.cells.get("indicator_code")}
    for code, path in sql.items():
        if code not in rows:
            yield (
                f"{path.relative_to(project)}: показателя «{code}» нет в seeds/indicators.csv; добавьте строку или "
                "удалите файл"
            )
        elif f"'{code}'" not in path.read_text(encoding="utf-8"):
            yield f"{path.relative_to(project)}: в столбце indicator_code должно быть '{code}', как в имени файла"
    for code, row in rows.items():
        where = f"{catalogue.at(row)}: показатель «{code}»"
        if code not in sql:
            yield f"{where}: нет расчёта; добавьте models/marts/indicators/ind_{code}.sql или удалите строку"
        if (row.cells.get("aggregation") == "share") != (row.cells.get("unit") == "доля"):
            yield f"{where}: единица «доля» бывает только у вида share и наоборот"
        if row.cells.get("aggregation") == "percentile" and row.cells.get("in_package") == "true":
            yield f"{where}: процентилей схема ежемесячного пакета не знает; поставьте in_package false"
    if pages:
        yield from _of_pages(pages, catalogue, rows)


def _of_pages(pages: Path, catalogue: Seed, rows: dict[str, Row]) -> Iterator[str]:
    written = {path.stem: path for path in sorted(pages.glob("*.md")) if path.stem != "README"}
    for code in written.keys() - rows.keys():
        yield f"docs/indicators/{code}.md: показателя «{code}» нет в seeds/indicators.csv"
    for code, row in rows.items():
        if code not in written:
            yield f"{catalogue.at(row)}: показатель «{code}»: нет страницы docs/indicators/{code}.md"
            continue
        text = written[code].read_text(encoding="utf-8")
        title = text.partition("\n")[0].removeprefix("# ").strip()
        cells = dict(re.findall(r"^\| ([^|]+?) \| (.+?) \|$", text, re.MULTILINE))
        said = {"заголовок": title, **{name: cells.get(name, "") for name in SAID_AS_IN_THE_CATALOGUE}}
        for name, wanted in _wanted(row.cells).items():
            if said[name] != wanted:
                yield f"docs/indicators/{code}.md: {name}: сказано «{said[name]}», по каталогу — «{wanted}»"
        for name in SAID_OF_EACH:
            if not cells.get(name, "").strip(" –—-"):
                yield f"docs/indicators/{code}.md: нет строки «{name}»"


def _wanted(row: dict[str, str]) -> dict[str, str]:
    """What the page says of a row of the catalogue."""
    aggregation = row["aggregation"]
    return {
        "заголовок": row["title"],
        "Код": f"`{row['indicator_code']}`",
        "Вид значения": f"{AGGREGATIONS.get(aggregation, aggregation)} (`{aggregation}`)",
        "Единица": f"{row['unit']}, {DIRECTIONS.get(row['direction'], row['direction'])}",
        "Кто принимает решения": row["decided_by"],
        "Основание": row["legal_basis"],
    }
