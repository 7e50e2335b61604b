"""A folder into which people drop exports: XLSX and CSV.

`Folder` finds what waits, tells when a file has stopped growing and keeps it under its SHA-256;
`read_file` turns one file into pages or refuses it with a reason that a person can act on."""

from __future__ import annotations

import csv
import difflib
import hashlib
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from fnmatch import fnmatch
from io import StringIO
from itertools import islice
from pathlib import Path
from time import monotonic, sleep
from time import time as wall_time
from typing import Any
from urllib.parse import unquote, urlsplit

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from mcu.connectors.base import Page, SourceError, Window, register
from mcu.sources.spec import Dropped, Files, SourceSpec

HEADER_ROWS = 20
"""The header stands somewhere in the first so many rows: titles may stand above it."""
PAGE_ROWS = 2_000
LARGEST_UNPACKED = 2 << 30
"""An XLSX that unpacks to more bytes than this is refused: no export of a municipality is so large."""
CELL_LIMIT = 32 << 20

csv.field_size_limit(CELL_LIMIT)

Reader = Callable[[Path, Any, str], Iterator[Page]]
READERS: dict[type[Dropped], Reader] = {}
"""Kind of folder → who reads its files, where they are no tables."""


class FileRefused(SourceError):
    """The file as it is cannot be loaded; the message says what is wrong and what to do."""


class FileTorn(FileRefused):
    """So looks a file that is still being written, too."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file in the keep: its original name, SHA-256 and where the copy is."""

    name: str
    sha256: str | None
    path: Path


class Folder:
    def __init__(self, params: Dropped, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "file" or not parts.path:
            raise SourceError("Адрес соединения должен иметь вид file:///папка. Проверьте секрет соединения.")
        self.path = Path(unquote(parts.path))
        self._params = params

    def waiting(self) -> list[Path]:
        """Files to read, oldest export first. Raises SourceError when the folder cannot be read."""
        try:
            names = [entry for entry in self.path.iterdir() if entry.is_file()]
        except OSError as error:
            raise SourceError(f"Папка {self.path} не читается ({error.strerror}). Проверьте, что она есть.") from None
        # Names that begin so belong to editors and unfinished copies.
        fitting = [p for p in names if not p.name.startswith((".", "~$")) and self._is_wanted(p.name)]
        return sorted(fitting, key=lambda p: (export_time(p, self._params, UTC), p.name))

    def _is_wanted(self, name: str) -> bool:
        return any(fnmatch(name.lower(), pattern.lower()) for pattern in self._params.patterns)

    def is_settled(self, path: Path) -> bool:
        """Wait until the file has not grown for `settle_seconds`; False when it is still growing after five such."""
        settle = self._params.settle_seconds
        try:
            seen, since, give_up = signature(path), monotonic(), monotonic() + 5 * settle
            if wall_time() - path.stat().st_mtime >= settle:
                return True
            while monotonic() - since < settle:
                if monotonic() > give_up:
                    return False
                sleep(min(0.1, settle))
                if (now := signature(path)) != seen:
                    seen, since = now, monotonic()
        except FileNotFoundError:
            return False
        return True

    def may_be_growing(self, path: Path) -> bool:
        """Whether a file that looks torn was written to so lately that its writer may only be pausing."""
        return wall_time() - path.stat().st_mtime < self._params.refuse_torn_after_seconds

    def pages(self, window: Window) -> Iterator[Page]:
        """All waiting files as they are: a look without taking anything."""
        for path in self.waiting():
            yield from read_file(path, self._params)


def keep_file(path: Path, into: Path) -> Kept:
    """Copy the file under its SHA-256, whole or not at all. It may hold personal data: only this user reads it."""
    into.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = into / f".{os.getpid()}.draft"
    digest = hashlib.sha256()
    draft.touch(mode=0o600)
    with path.open("rb") as source, draft.open("wb") as copy:
        while block := source.read(1 << 20):
            digest.update(block)
            copy.write(block)
        copy.flush()
        os.fsync(copy.fileno())
    status = path.stat()
    os.utime(draft, ns=(status.st_atime_ns, status.st_mtime_ns))
    kept = into / f"{digest.hexdigest()}{path.suffix.lower()}"
    draft.replace(kept)
    return Kept(path.name, digest.hexdigest(), kept)


def export_time(path: Path, params: Dropped, zone: tzinfo, name: str | None = None) -> datetime:
    """When the export was made: by its name where a pattern is declared, else when the file was last written."""
    return time_in_name(name or path.name, params, zone) or datetime.fromtimestamp(path.stat().st_mtime, UTC)


def time_in_name(name: str, params: Dropped, zone: tzinfo) -> datetime | None:
    """The export's time as the file's name gives it."""
    if params.file_time_pattern and (found := re.search(params.file_time_pattern, name)):
        parts = {unit: int(value) for unit, value in found.groupdict().items() if value}
        with suppress(TypeError, ValueError):
            return datetime(**parts, tzinfo=zone)  # type: ignore[arg-type]
    return None


def read_file(path: Path, params: Dropped, name: str | None = None) -> Iterator[Page]:
    """The file's records a page at a time; the payload has the spec's field names.
    Every fault that can be seen is seen before the first page. Raises FileRefused."""
    name = name or path.name
    if path.stat().st_size == 0:
        raise FileTorn(f"Файл «{name}» пуст (0 байт). Выгрузите его заново и положите в папку ещё раз.")
    if reader := READERS.get(type(params)):
        yield from reader(path, params, name)
        return
    assert isinstance(params, Files)
    if path.suffix.lower() == ".csv":
        yield from _read_csv(path, params, name)
    else:
        yield from _read_workbook(path, params, name)


# ---------------------------------------------------------------- workbooks


def _read_workbook(path: Path, params: Files, name: str) -> Iterator[Page]:
    with _workbook(path, name) as book:
        visible = [m.name for m in book.sheets_metadata if m.visible == SheetVisibleEnum.Visible]
        sheets = [(title, book.get_sheet_by_name(title)) for title in visible]
        filled = [(title, sheet) for title, sheet in sheets if sheet.start is not None]
        if not filled:
            raise FileRefused(f"Файл «{name}»: в книге нет ни одной заполненной ячейки. Проверьте выгрузку.")
        heads = [_head(islice(_rows(sheet), HEADER_ROWS), params) for _, sheet in filled]
        best = max(range(len(filled)), key=lambda i: heads[i].score)
        title, sheet = filled[best]
        layout = _layout(heads[best], params, name)
        yield from _pages(enumerate(_rows(sheet), 1), layout, f"лист «{title}»", name)


@contextmanager
def _workbook(path: Path, name: str) -> Iterator[CalamineWorkbook]:
    again = "Выгрузите файл заново и положите в папку ещё раз."
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(b"PK\x03\x04"):
        if not zipfile.is_zipfile(path):
            raise FileTorn(f"Файл «{name}» записан не до конца: конец книги Excel отсутствует. {again}")
        try:
            with zipfile.ZipFile(path) as archive:
                if sum(item.file_size for item in archive.infolist()) > LARGEST_UNPACKED:
                    raise FileRefused(f"Файл «{name}» при распаковке слишком велик. Разделите выгрузку на части.")
                broken = archive.testzip()
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError):
            broken = name
        if broken:
            raise FileTorn(f"Файл «{name}» повреждён: книга Excel не читается. {again}")
    elif not any(start):  # room was made for it and nothing written there yet
        raise FileTorn(f"Файл «{name}» записан не до конца: в начале одни нули. {again}")
    elif not start.startswith(b"\xd0\xcf\x11\xe0"):  # an OLE container: an old .xls, or a book under a password
        raise FileRefused(
            f"Файл «{name}» - не книга Excel, хотя назван так. Откройте его в программе, сохраните как «Книга Excel"
            " (*.xlsx)» и положите в папку ещё раз."
        )
    try:
        book = CalamineWorkbook.from_path(str(path))
    except PasswordError:
        raise FileRefused(f"Файл «{name}» защищён паролем. Снимите пароль и положите файл в папку ещё раз.") from None
    except (CalamineError, OSError, ValueError):
        raise FileRefused(f"Файл «{name}» не читается как книга Excel. {again}") from None
    try:
        yield book
    except CalamineError:
        raise FileRefused(f"Файл «{name}» повреждён: лист не читается. {again}") from None
    finally:
        book.close()


def _rows(sheet: CalamineSheet) -> Iterator[Sequence[Any]]:
    """Rows from the sheet's first, each from column A (the library drops leading empty columns)."""
    lead: list[Any] = [""] * (sheet.start[1] if sheet.start else 0)
    return (lead + row if lead else row for row in sheet.iter_rows())


# ---------------------------------------------------------------- CSV


def _read_csv(path: Path, params: Files, name: str) -> Iterator[Page]:
    encoding = params.encoding or _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        top = "".join(islice(file, HEADER_ROWS * 5))
    delimiters = [params.delimiter] if params.delimiter else [";", ",", "\t", "|"]
    heads = []
    for delimiter in delimiters:
        rows = islice(csv.reader(StringIO(top, newline=""), delimiter=delimiter), HEADER_ROWS)
        heads.append((_head(rows, params), delimiter))
    head, delimiter = max(heads, key=lambda pair: pair[0].score)
    layout = _layout(head, params, name)
    _check_whole(path, encoding, delimiter, layout, name)
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=delimiter)
        numbered = ((reader.line_num, row) for row in reader)
        yield from _pages(numbered, layout, "файл", name)


def _encoding(path: Path) -> str:
    """UTF-8 when all of the file is, else the Russian Windows code page."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            while file.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return "cp1251"
    return "utf-8-sig"


def _check_whole(path: Path, encoding: str, delimiter: str, layout: _Layout, name: str) -> None:
    """Refuse a file whose last record is torn: an open quote, or too few cells and no line end."""
    row: list[str] = []
    try:
        with path.open(encoding=encoding, newline="", errors="strict") as file:
            for row in csv.reader(file, delimiter=delimiter, strict=True):  # noqa: B007
                pass
        torn = False
    except UnicodeDecodeError:
        raise FileRefused(f"Файл «{name}» не читается в кодировке {encoding}. Сохраните его в UTF-8.") from None
    except csv.Error as error:
        torn = "unexpected end" in str(error)
    with path.open("rb") as tail:
        tail.seek(-1, os.SEEK_END)
        has_end = tail.read(1) in b"\r\n"
    if torn or (not has_end and len(row) <= max(layout.columns.values())):
        raise FileTorn(
            f"Файл «{name}» записан не до конца: последняя запись оборвана."
            " Выгрузите его заново и положите в папку ещё раз."
        )


# ---------------------------------------------------------------- header and rows


@dataclass(frozen=True, slots=True)
class _Head:
    """The row that looks most like a header: its number from 1, cells, and how many wanted columns it names."""

    number: int
    cells: list[str]
    score: int


@dataclass(frozen=True, slots=True)
class _Layout:
    columns: dict[str, int]
    """Field → index of its column."""
    unknown: frozenset[str]
    first_row: int
    """Number of the first row of data, from 1."""


def _head(rows: Iterable[Sequence[Any]], params: Files) -> _Head:
    wanted = {_plain(title) for title in params.columns.values()}
    best = _Head(0, [], 0)
    for number, row in enumerate(rows, 1):
        cells = [str(cell).strip() for cell in row]
        score = len(wanted & {_plain(cell) for cell in cells})
        if score > best.score:
            best = _Head(number, cells, score)
    return best


def _layout(head: _Head, params: Files, name: str) -> _Layout:
    # One matching title may be chance (a data cell); a header names at least two wanted columns, or the only one.
    if head.score >= min(2, len(params.columns)):
        at: dict[str, int] = {}
        for index, cell in enumerate(head.cells):
            at.setdefault(_plain(cell), index)
        columns = {field: at[_plain(title)] for field, title in params.columns.items() if _plain(title) in at}
        known = {_plain(title) for title in [*params.columns.values(), *params.ignored_columns]}
        unknown = frozenset(cell for cell in head.cells if cell and _plain(cell) not in known)
        missing = [params.columns[field] for field in params.required if field not in columns]
        if missing:
            raise FileRefused(_missing(missing, sorted(unknown), head.cells, name))
        return _Layout(columns, unknown, head.number + 1)
    columns = {field: _index(letter) for field, letter in params.letters.items()}
    lacking = [params.columns[field] for field in params.required if field not in columns]
    if not columns or lacking:
        titles = ", ".join(f"«{title}»" for title in list(params.columns.values())[:6])
        raise FileRefused(
            f"Файл «{name}»: в первых {HEADER_ROWS} строках не найдена строка заголовков. Ожидаются столбцы: {titles}"
            f"{' и другие' if len(params.columns) > 6 else ''}. Проверьте, что выгружен тот отчёт."
        )
    return _Layout(columns, frozenset(), 1)


def _missing(missing: list[str], free: list[str], cells: list[str], name: str) -> str:
    told = []
    for title in missing:
        near = _nearest(title, free)
        hint = f" (похож столбец {_letter(cells.index(near))} «{near}»: не переименован ли он?)" if near else ""
        told.append(f"«{title}»{hint}")
    word = "столбца" if len(told) == 1 else "столбцов"
    return f"Файл «{name}»: нет {word} {', '.join(told)}. Исправьте заголовок в файле или описание источника."


def _nearest(title: str, among: list[str]) -> str | None:
    """The header most like `title`: by letters, or by the stem of a shared word."""

    def likeness(other: str) -> float:
        ours, theirs = _plain(title), _plain(other)
        stems = {w[:4] for w in ours.split() if len(w) >= 4} & {w[:4] for w in theirs.split() if len(w) >= 4}
        return difflib.SequenceMatcher(None, ours, theirs).ratio() + (0.4 if stems else 0.0)

    best = max(among, key=likeness, default=None)
    return best if best is not None and likeness(best) >= 0.6 else None


def _pages(rows: Iterable[tuple[int, Sequence[Any]]], layout: _Layout, place: str, name: str) -> Iterator[Page]:
    taken = list(layout.columns.items())
    records: list[dict[str, Any]] = []
    numbers: list[int] = []
    found = False
    for number, row in islice(rows, layout.first_row - 1, None):
        width = len(row)
        record = {field: _cell(row[index]) if index < width else None for field, index in taken}
        if not any(value is not None for value in record.values()):
            continue
        records.append(record)
        numbers.append(number)
        if len(records) == PAGE_ROWS:
            found = True
            yield Page(records, place, numbers, unknown_fields=layout.unknown)
            records, numbers = [], []
    if records:
        yield Page(records, place, numbers, unknown_fields=layout.unknown)
    elif not found:
        raise FileRefused(f"Файл «{name}»: под заголовками нет ни одной строки данных. Проверьте выгрузку.")


def _cell(value: Any) -> Any:
    """A cell as JSON: text without the spreadsheet's guarding apostrophe, whole numbers without a fraction,
    dates as offices write them (dd.mm.yyyy HH:MM), empty as None."""
    if type(value) is str:
        if value[:1] == "'":
            value = value[1:]
        return value or None
    return _CONVERT.get(type(value), str)(value)


def _datetime(value: datetime) -> str:
    return value.strftime("%d.%m.%Y %H:%M:%S" if value.second else "%d.%m.%Y %H:%M")


_CONVERT: dict[type, Callable[[Any], Any]] = {
    float: lambda value: int(value) if value.is_integer() else value,
    int: lambda value: value,
    bool: lambda value: value,
    type(None): lambda value: None,
    datetime: _datetime,
    date: lambda value: value.strftime("%d.%m.%Y"),
    time: lambda value: value.strftime("%H:%M"),
    timedelta: str,
}


def _plain(title: str) -> str:
    """A header for comparison: case, ё, spaces and punctuation do not matter."""
    return " ".join(re.findall(r"\w+", title.casefold().replace("ё", "е")))


def _index(letter: str) -> int:
    """Column letter → index from 0."""
    number = 0
    for char in letter:
        number = number * 26 + ord(char) - 64
    return number - 1


def _letter(index: int) -> str:
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def signature(path: Path) -> tuple[int, int, int]:
    """What changes when the file is written to or another comes in its place."""
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns


@register("files")
def open_folder(spec: SourceSpec, url: str) -> Folder:
    assert isinstance(spec.connector, Files)
    return Folder(spec.connector, url)
