"""JSON of any size: records are decoded a page at a time, never the file as a whole."""

from __future__ import annotations

import codecs
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from mmap import ACCESS_READ, mmap
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from mcu.connectors import exact_json
from mcu.connectors.base import Page
from mcu.connectors.files.encodings import wide_encoding
from mcu.connectors.files.faults import AGAIN, FileRefused, FileTorn
from mcu.connectors.files.header import PAGE_ROWS
from mcu.connectors.files.json_records import NotWhole, records_of
from mcu.connectors.params import Files

PAGE_BYTES = 4 << 20
"""A page ends after so many bytes of the file: records may be large."""
_BLOCK = 1 << 20


def read_json(path: Path, params: Files, name: str) -> Iterator[Page]:
    """The records under `items`, nested as they stand. Raises FileRefused, before the first page."""
    with _text(path, params, name) as text:
        try:
            spans = array(
                "q",
                (place for span in records_of(text, params.items.split(".") if params.items else []) for place in span),
            )
            for _ in _decoded(text, spans):
                pass
        except NotWhole as fault:
            raise _refused(text, name, is_torn=fault.is_torn) from None
        except ValueError:
            raise _refused(text, name, is_torn=False) from None
        if not spans:
            where = f"список «{params.items}» пуст или его нет" if params.items else "список пуст"
            raise FileRefused(f"Файл «{name}»: в нём нет записей: {where}. Проверьте, что выгружен тот отчёт.")
        number = 1
        for records in _decoded(text, spans):
            yield Page(records, "файл", range(number, number + len(records)), what="запись")
            number += len(records)


def _decoded(text: mmap, spans: array[int]) -> Iterator[list[Any]]:
    """The records of each page. Raises ValueError."""
    page: list[bytes] = []
    size = 0
    for start, end in zip(spans[::2], spans[1::2], strict=True):
        page.append(text[start:end])
        size += end - start
        if len(page) == PAGE_ROWS or size > PAGE_BYTES:
            yield exact_json.loads(b"[%b]" % b",".join(page))
            page, size = [], 0
    if page:
        yield exact_json.loads(b"[%b]" % b",".join(page))


def _refused(text: mmap, name: str, *, is_torn: bool) -> FileRefused:
    if is_torn or text[-64:].rstrip(b"\0 \t\r\n")[-1:] not in (b"]", b"}"):
        return FileTorn(f"Файл «{name}» записан не до конца: JSON обрывается. {AGAIN}")
    return FileRefused(f"Файл «{name}» повреждён: это не целый JSON. {AGAIN}")


@contextmanager
def _text(path: Path, params: Files, name: str) -> Iterator[mmap]:
    """A copy of the file in UTF-8: the file itself may be cut off while it is read. Raises FileRefused."""
    with path.open("rb") as file, TemporaryFile() as copy:
        encoding = params.encoding or wide_encoding(file.read(_BLOCK)) or "utf-8"
        file.seek(0)
        try:
            copy.writelines(_as_utf8(file, encoding))
        except UnicodeDecodeError:
            raise FileRefused(
                f"Файл «{name}» не читается в кодировке {encoding.upper()}. Сохраните его в UTF-8."
            ) from None
        if not copy.tell():
            raise FileTorn(f"Файл «{name}» пуст. {AGAIN}")
        copy.flush()
        with mmap(copy.fileno(), 0, access=ACCESS_READ) as text:
            if text[:_BLOCK].lstrip(b" \t\r\n")[:1] not in (b"[", b"{"):
                raise FileRefused(f"Файл «{name}» - не JSON, хотя назван так. {AGAIN}")
            yield text


def _as_utf8(file: IO[bytes], encoding: str) -> Iterator[bytes]:
    """The file's blocks without a byte order mark. Half of a character is left to the decoder of JSON.
    Raises UnicodeDecodeError."""
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
    block = file.read(_BLOCK)
    text = decoder.decode(block, not block).removeprefix("\ufeff")
    while block:
        yield text.encode("utf-8", "surrogatepass")
        block = file.read(_BLOCK)
        text = decoder.decode(block, not block)
    yield text.encode("utf-8", "surrogatepass")
