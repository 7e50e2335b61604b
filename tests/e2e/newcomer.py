"""A newcomer adds a system: an export nobody has seen, `mcu sources new`, and two places to finish by hand."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

from typer.testing import CliRunner

from ground import ROOT
from mcu import cli

SLUG = "remont"
HEADER = [
    "№ заявки",
    "Поступила",
    "Округ",
    "Абонент (ФИО)",
    "Контактный телефон",
    "Что случилось",
    "Вид работ",
    "Бригада",
    "Стадия",
    "Номер квартиры",
]
ROWS = [
    (
        f"АДС-{n:03}",
        f"{1 + n % 20:02}.11.2026 {8 + n % 9:02}:15",
        "Мурманск-город",
        "Ветроходов Пётр Ильич",
        f"8 946 000-00-{n:02}",
        f"Течёт кровля, звонил 8 946 000-00-{n:02}. Ответа нет уже вторую неделю, прошу принять меры {n}",
        ("Кровля", "Отопление", "Лифт")[n % 3],
        f"Бригада {n % 4}",
        ("Передано бригаде", "Выполнено")[n % 2],
        n + 1,
    )
    for n in range(40)
]

_BEFORE: dict[str, str] = {}


def add(overlay: Path) -> Path:
    """Describe the source in `overlay`; returns its export."""
    _BEFORE.update(tree_now())
    export = overlay.parent / "Заявки АДС.csv"
    with export.open("w", encoding="cp1251", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerows([["Журнал аварийно-диспетчерской службы"], HEADER, *ROWS])
    made = CliRunner().invoke(cli.app, ["sources", "new", SLUG, "--from", str(export), "--into", str(overlay)])
    assert made.exit_code == 0, made.output
    _finish(overlay)
    return export


def _finish(overlay: Path) -> None:
    """What the tool leaves to a person: whose messages these are, and through which channel they come."""
    staging = overlay / "models" / SLUG / f"stg_{SLUG}__items.sql"
    text = staging.read_text(encoding="utf-8")
    known = "case payload ->> 'municipality' when 'Мурманск-город' then 'murmansk' end as municipality_ref,"
    place = "payload ->> 'municipality' as municipality_ref,"
    assert place in text
    staging.write_text(text.replace(place, known), encoding="utf-8")


def tree_as_it_was() -> dict[str, str]:
    """What stood in the project's folders before the source was added."""
    return dict(_BEFORE)


def tree_now() -> dict[str, str]:
    folders = ("dags", "dbt_project", "expectations", "plugins", "superset")
    files = (p for name in folders for p in (ROOT / name).rglob("*") if p.is_file() and p.suffix != ".pyc")
    return {p.relative_to(ROOT).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}
