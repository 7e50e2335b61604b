"""The XLSX snapshots, read by another program than the one that wrote them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import openpyxl

from demo_city.clock import END
from demo_city.generate import generate
from demo_city.item import Item
from demo_city.systems.base import Truth
from demo_city.systems.incident import COLUMNS, EXPORTS, SPOILED, IncidentWriter, file_name
from mcu.sources.registry import get_source


def write(folder: Path, items: list[Item]) -> Truth:
    folder.mkdir(exist_ok=True)
    writer = IncidentWriter(folder)
    for item in items:
        if item.source == "incident":
            writer.put(item)
    return writer.finish()


def data_rows(path: Path) -> list[tuple]:
    sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
    found = list(sheet.iter_rows(values_only=True))
    header = next(i for i, row in enumerate(found) if row[0] == "Номер инцидента")
    assert header == (0, 1, 0, 2)[EXPORTS.index(next(e for e in EXPORTS if file_name(e) == path.name)) % 4]
    return found[header + 1 :]


def test_layout_is_that_of_the_source_spec() -> None:
    spec = get_source("incident").connector
    assert dict(COLUMNS.values()) == spec.columns
    by_field = {field: letter for letter, (field, _) in COLUMNS.items()}
    assert {field: by_field[field] for field in spec.letters} == spec.letters


def test_each_incident_is_shown_and_each_file_is_the_same_again(tmp_path: Path) -> None:
    items = list(generate(3_000, 59))
    truth = write(tmp_path / "a", items)
    write(tmp_path / "b", items)
    seen: Counter[int | None] = Counter()
    rows = 0
    for export in EXPORTS:
        name = file_name(export)
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
        for row in data_rows(tmp_path / "a" / name):
            seen[row[0]] += 1
            rows += 1
    expected = {int(i.ref) for i in items if i.source == "incident" and i.ref}
    assert {number for number in seen if number} == expected
    assert rows == truth.served == sum(seen.values())
    assert set(truth.files) | {SPOILED} == {path.name for path in (tmp_path / "a").iterdir()}
    assert max(seen.values()) > 1, "nothing changed between two snapshots"


def test_last_snapshot_of_an_incident_is_its_last_state(tmp_path: Path) -> None:
    items = [i for i in generate(3_000, 59) if i.source == "incident" and i.ref and not i.fault]
    write(tmp_path, items)
    last = {}
    for export in EXPORTS:
        for row in data_rows(tmp_path / file_name(export)):
            last[row[0]] = row
    for item in items:
        closed = item.first("closed", END)
        assert bool(last[int(item.ref)][18]) == bool(closed), item.ref
        assert last[int(item.ref)][34] == f"'{item.text}"


def test_retroactive_edit_moves_a_closing_date_back(tmp_path: Path) -> None:
    items = [i for i in generate(20_000, 59) if "retroactive_edit" in i.planted]
    assert items
    write(tmp_path, items)
    closings: dict[int, list[str]] = {}
    for export in EXPORTS:
        for row in data_rows(tmp_path / file_name(export)):
            if row[18]:
                closings.setdefault(row[0], []).append(row[18])
    changed = [found for found in closings.values() if len(set(found)) == 2]
    assert len(changed) > len(items) / 2
