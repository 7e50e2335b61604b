"""Systems whose exports people drop into a folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from demo_city.clock import local
from demo_city.sheet import Sheet
from demo_city.systems.base import System


class Dropped(System):
    """A system without a protocol: `build` writes files, people drop them."""

    def deliver(self, home: Path, inbox: Path) -> None:
        for file in sorted(home.iterdir()):
            shutil.copyfile(file, inbox / file.name)

    def connection(self, base_url: str, token: str, inbox: Path) -> str:
        return inbox.as_uri()


def stamped(slug: str, instant: int, suffix: str) -> str:
    """The name of an export made then."""
    return f"{slug}_{local(instant):%Y-%m-%d_%H-%M}.{suffix}"


def write_book(path: Path, titles: Mapping[str, str], rows: Iterable[Mapping[str, Any]], above: str = "") -> None:
    """One sheet: column letter → title, and rows by column letter; `above` stands over the header."""
    sheet = Sheet(path)
    if above:
        sheet.write({"A": above})
    if titles:
        sheet.write(titles)
    for row in rows:
        sheet.write(row)
    sheet.close()


def letters(titles: Iterable[str]) -> dict[str, str]:
    """Titles of neighbouring columns by letter, from A."""
    return {_letter(index): title for index, title in enumerate(titles)}


def _letter(index: int) -> str:
    return chr(65 + index) if index < 26 else "A" + chr(39 + index)
