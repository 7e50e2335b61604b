"""«Инцидент Менеджмент»: XLSX snapshots in the cabinet's layout.

A snapshot holds the incidents that changed since the one before it, as they stood at its time; so an incident that
lived through several snapshots stands in each of them.
"""

from __future__ import annotations

import shutil
from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from demo_city.clock import END, at, local
from demo_city.item import Item
from demo_city.payloads import incident
from demo_city.sheet import Sheet
from demo_city.systems.base import Change, Plan, StreamWriter, System

EXPORTS = (
    at(2025, 1, 1), at(2025, 4, 1), at(2025, 7, 1), at(2025, 10, 1), at(2026, 1, 1), at(2026, 4, 1), at(2026, 7, 1),
    at(2026, 8, 1), at(2026, 9, 1), at(2026, 10, 1), at(2026, 11, 1), at(2026, 11, 18, 18), at(2026, 11, 19, 18), END,
)  # fmt: skip  # a table
"""When the cabinet was exported: seldom at first, daily at the end."""

COLUMNS = {
    "A": ("number", "Номер инцидента"), "B": ("type", "Тип инцидента"), "C": ("result", "Итог"),
    "D": ("executor", "Исполнитель"), "E": ("first_reply_at", "Дата первого ответа"),
    "F": ("interim_reply_at", "Дата промежуточного ответа"), "G": ("author", "Автор"),
    "H": ("author_link", "Ссылка на автора"), "I": ("network", "Социальная сеть"), "J": ("importance", "Важность"),
    "R": ("created_at", "Дата создания"), "S": ("closed_at", "Дата закрытия"), "T": ("topic_group", "Группа тем"),
    "U": ("topic", "Тема"), "V": ("region", "Регион"), "W": ("municipality", "Муниципальное образование"),
    "X": ("settlement", "Населённый пункт"), "AH": ("reply_text", "Текст ответа"), "AI": ("text", "Текст инцидента"),
}  # fmt: skip  # a table
"""Column letter → (field of the source spec, header)."""


class Incident(System):
    slug = "incident"

    def open(self, home: Path, plan: Plan) -> IncidentWriter:
        return IncidentWriter(home)

    def deliver(self, home: Path, inbox: Path) -> None:
        """The files are moved: a large city has gigabytes of them."""
        for file in sorted(home.iterdir()):
            shutil.move(file, inbox / file.name)

    def change(self, home: Path, inbox: Path, change: Change) -> None:
        snapshot = Snapshots(inbox, [change.at])
        for item in change.items:
            row = incident(item, change.at)
            if not change.is_new(item):
                row["importance"] = "Обычная" if item.is_raised else "Повышенная"
            snapshot.write(0, row)
        snapshot.close()

    def connection(self, base_url: str, token: str, inbox: Path) -> str:
        return inbox.as_uri()


def file_name(export: int) -> str:
    return f"incident_{local(export):%Y-%m-%d_%H-%M}.xlsx"


SPOILED = f"incident_{local(END - 1800):%Y-%m-%d_%H-%M}.xlsx"


def _write_spoiled(folder: Path) -> None:
    """An export without the column of the municipality: the platform must refuse and store it."""
    columns = {letter: header for letter, (field, header) in COLUMNS.items() if field != "municipality"}
    sheet = Sheet(folder / SPOILED)
    sheet.write(columns)
    sheet.write({"A": 1, "R": f"{local(END):%d.%m.%Y %H:%M}", "U": "Ремонт дорог", "AI": "Сообщение без текста"})
    sheet.close()


class Snapshots:
    """XLSX snapshots, open at once; every second one has title rows above its header."""

    def __init__(self, folder: Path, exports: Sequence[int] = EXPORTS) -> None:
        self.exports = exports
        self._sheets = [Sheet(folder / file_name(export)) for export in exports]
        for no, (export, sheet) in enumerate(zip(exports, self._sheets, strict=True)):
            if no % 2:
                sheet.write({"A": "Выгрузка инцидентов"})
            if no % 4 == 3:
                sheet.write({"A": f"Сформировано {local(export):%d.%m.%Y %H:%M}"})
            sheet.write({letter: header for letter, (_, header) in COLUMNS.items()})
        self.served = 0

    def write(self, no: int, row: dict[str, Any]) -> None:
        """Write a row into the snapshot number `no`."""
        self._sheets[no].write({letter: row[field] for letter, (field, _) in COLUMNS.items()})
        self.served += 1

    def close(self) -> dict[str, int]:
        """Complete the files; file name → rows, headers included."""
        for sheet in self._sheets:
            sheet.close()
        return {file_name(export): sheet.rows for export, sheet in zip(self.exports, self._sheets, strict=True)}


class IncidentWriter(StreamWriter):
    """Writes each incident into every snapshot before which it changed; a faulty one only into the first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._snapshots = Snapshots(folder)

    def write(self, item: Item) -> None:
        exports = self._snapshots.exports
        moments = [max(e.at, item.seen_from) for e in item.events]
        if item.corrected:
            moments.append(item.corrected[0])
        numbers = sorted({bisect_left(exports, moment) for moment in moments if moment <= exports[-1]})
        for no in numbers[:1] if item.fault else numbers:
            row = incident(item, exports[no])
            self._snapshots.write(no, row)
            if "duplicate_row" in item.planted and no == numbers[0]:
                self._snapshots.write(no, row)

    def close(self) -> tuple[int, dict[str, int], Sequence[str]]:
        files = self._snapshots.close()
        _write_spoiled(self._folder)
        return self._snapshots.served, files, [SPOILED]

    def abandon(self) -> None:
        """Nothing is open but files of the draft, which is deleted."""


SYSTEM = Incident()
