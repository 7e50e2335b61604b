"""One file → pages of records, by the kind of the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from mcu.connectors.base import Page
from mcu.connectors.files.archive import is_archive, unpack
from mcu.connectors.files.delimited import read_delimited
from mcu.connectors.files.faults import AGAIN, FileTorn
from mcu.connectors.files.foreign_kinds import kind_refused
from mcu.connectors.files.jsonfile import read_json
from mcu.connectors.files.name_patterns import BOOKS, DELIMITED, ending, is_readable
from mcu.connectors.files.telegram_export import read_telegram
from mcu.connectors.files.workbook import read_workbook
from mcu.connectors.params import Dropped, Files, Telegram


def read_file(path: Path, params: Dropped, name: str | None = None) -> Iterator[Page]:
    """The file's records, a page at a time. Records of a table have the field names of the spec, JSON its own.
    Faults of the file are found before its first page (in an archive: before each member's). Raises FileRefused."""
    name = name or path.name
    if path.stat().st_size == 0:
        raise FileTorn(f"Файл «{name}» пуст (0 байт). {AGAIN}")
    if is_archive(path):
        yield from _read_archive(path, params, name)
        return
    match params:
        case Telegram():
            yield from read_telegram(path, params, name)
        case Files(format="json"):
            yield from read_json(path, params, name)
        case Files() if ending(path.name) in DELIMITED:
            yield from read_delimited(path, params, name)
        case Files() if ending(path.name) in BOOKS:
            yield from read_workbook(path, params, name)
        case _:
            raise kind_refused(path, params, name)


def _read_archive(path: Path, params: Dropped, name: str) -> Iterator[Page]:
    with TemporaryDirectory() as into:
        for member in unpack(path, params, Path(into), name):
            if not is_readable(member.name.rpartition("/")[2], params):
                continue
            inner = member.name.removeprefix(f"{name}/")
            for page in read_file(member.path, params, member.name):
                yield replace(page, place=f"«{inner}», {page.place}")
