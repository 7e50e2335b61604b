"""JSON of any size: records are read one by one, never the file as a whole."""

from __future__ import annotations

import codecs
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import ijson

from mcu.connectors.base import Page
from mcu.connectors.files.encodings import wide_encoding
from mcu.connectors.files.faults import AGAIN, FileRefused, FileTorn
from mcu.connectors.files.header import PAGE_ROWS
from mcu.connectors.params import Files

PAGE_BYTES = 4 << 20
"""A page ends after so many bytes of the file: records may be large."""

READ_BYTES = 4 << 20
"""The parser scans an unfinished text again with each block: with small blocks a text of 10 MB takes ten seconds."""


def read_json(path: Path, params: Files, name: str) -> Iterator[Page]:
    """The records under `items`, nested as they stand. Raises FileRefused."""
    with path.open("rb") as file:
        count = sum(1 for _ in _records(file, params, name))
    if not count:
        where = f"список «{params.items}» пуст или его нет" if params.items else "список пуст"
        raise FileRefused(f"Файл «{name}»: в нём нет записей: {where}. Проверьте, что выгружен тот отчёт.")
    with path.open("rb") as file:
        page: list[Any] = []
        number, began = 1, 0
        for record in _records(file, params, name):
            page.append(record)
            if len(page) == PAGE_ROWS or file.tell() - began > PAGE_BYTES:
                yield Page(page, "файл", range(number, number + len(page)), what="запись")
                number, began, page = number + len(page), file.tell(), []
        if page:
            yield Page(page, "файл", range(number, number + len(page)), what="запись")


def _records(file: IO[bytes], params: Files, name: str) -> Iterator[Any]:
    encoding = params.encoding or wide_encoding(file.read(1 << 16)) or "utf-8"
    file.seek(0)
    start, text = _first_sign(file, encoding), _as_utf8(file, encoding)
    if start not in b"[{":
        raise FileRefused(f"Файл «{name}» - не JSON, хотя назван так. {AGAIN}")
    prefix = f"{params.items}.item" if params.items else "item" if start == b"[" else ""
    try:
        yield from ijson.items(text, prefix, buf_size=READ_BYTES)
    except (ijson.JSONError, UnicodeDecodeError, ValueError) as error:
        # The parser's message quotes the file at its end: only its beginning is examined, and none of it is shown.
        words = str(error)[:60]
        if "premature EOF" in words or _last_sign(file) not in b"]}":
            raise FileTorn(f"Файл «{name}» записан не до конца: JSON обрывается. {AGAIN}") from None
        if "UTF8" in words or isinstance(error, UnicodeDecodeError):
            raise FileRefused(
                f"Файл «{name}» не читается в кодировке {encoding.upper()}. Сохраните его в UTF-8."
            ) from None
        raise FileRefused(f"Файл «{name}» повреждён: это не целый JSON. {AGAIN}") from None


class _Recoded:
    """A file in another encoding, read as UTF-8."""

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        self._text = io.TextIOWrapper(file, encoding)

    def read(self, size: int = -1) -> bytes:
        return self._text.read(size).encode()


def _as_utf8(file: IO[bytes], encoding: str) -> Any:
    """The file as UTF-8 without its byte order mark."""
    if not codecs.lookup(encoding).name.startswith("utf-8"):
        return _Recoded(file, encoding)
    if file.read(3) != codecs.BOM_UTF8:
        file.seek(0)
    return file


def _first_sign(file: IO[bytes], encoding: str) -> bytes:
    """The first character that is neither whitespace nor a byte order mark; the file is at its beginning again."""
    start = file.read(1 << 16).decode(encoding, "replace").lstrip("\ufeff \t\r\n")
    file.seek(0)
    return start[:1].encode()


def _last_sign(file: IO[bytes]) -> bytes:
    file.seek(-min(64, file.seek(0, os.SEEK_END)), os.SEEK_END)
    return file.read().rstrip(b"\0 \t\r\n")[-1:]
