"""Files as offices really drop them, good and bad: workbooks and CSV."""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl

from mcu.secrets import put_secret
from mcu.sources.spec import SourceSpec
from tests.connectors.matrix.outcome import LOADED, QUARANTINED, REFUSED, Cell, digest_of

HEADER = ("Номер", "Дата создания", "Тема", "Текст")


def row(n: int, at: Any = "20.11.2026 10:00", text: Any = "Не чистят снег") -> tuple[Any, ...]:
    return (f"И-{n:06}", at, "Снег", text)


ROWS = [row(n) for n in range(25)]
TITLES: list[list[Any]] = [["Отчёт"], [None], ["за ноябрь"], [None], [None], [None]]


@dataclass(frozen=True)
class Made:
    """`count`: records И-000000… that must be found."""

    body: bytes
    count: int = len(ROWS)
    is_heavy: bool = False
    suffix: str = ""
    rejected: int | None = None
    """The only record that must be rejected."""


@dataclass
class Files:
    """One format: fault → how the file is made."""

    title: str
    suffix: str
    made: dict[str, Callable[[], Made]]
    refused: Sequence[str] = ()
    quarantined: Sequence[str] = ()
    params: dict[str, Any] = field(default_factory=dict)
    spec: Callable[..., SourceSpec] | None = None
    """(slug, parameters) → the spec; by default that of a table."""
    ref: Callable[[int], str] = lambda n: f"И-{n:06}"

    @property
    def expected(self) -> dict[str, str]:
        return {
            name: REFUSED if name in self.refused else QUARANTINED if name in self.quarantined else LOADED
            for name in self.made
        }

    @contextmanager
    def cell(self, fault: str, slug: str, folder: Path) -> Iterator[Cell]:
        made = self.made[fault]()
        path = folder / f"выгрузка_2026-11-21{made.suffix or self.suffix}"
        path.write_bytes(made.body)
        put_secret(f"conn_{slug}", f"file://{folder}")
        yield Cell(
            (self.spec or spec)(slug, **self.params),
            set(map(self.ref, range(made.count))),
            is_heavy=made.is_heavy,
            rejected=None if made.rejected is None else {self.ref(made.rejected)},
            digest=digest_of(path),
        )


def spec(slug: str, **connector: Any) -> SourceSpec:
    fields = ("number", "created_at", "topic", "text")
    return SourceSpec.model_validate(
        {
            "slug": slug,
            "title": "Проба",
            "connector": {
                "type": "files",
                "connection": slug,
                "settle_seconds": 0,
                "refuse_torn_after_seconds": 0,
                "patterns": ["*.xlsx", "*.xlsm", "*.csv"],
                **({"columns": dict(zip(fields, HEADER, strict=True)), "required": list(fields)} | connector),
            },
            "record": {"id": "number", "required": ["number", "created_at"], "times": ["created_at"]},
            "personal": {"text": ["text"], "verbatim": ["topic"]},
        }
    )


# ---------------------------------------------------------------- workbooks


def book(rows: Sequence[Sequence[Any]], change: Callable[[Any], None] | None = None) -> bytes:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for values in rows:
        sheet.append(list(values))
    if change:
        change(made)
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def sheet_of(xml: str | Iterator[bytes], shared: bytes = b"") -> bytes:
    """A book whose only sheet is the given XML, for faults that no library writes."""
    source, out = zipfile.ZipFile(BytesIO(book([HEADER]))), BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            if info.filename != "xl/worksheets/sheet1.xml":
                target.writestr(info, source.read(info.filename))
        with target.open("xl/worksheets/sheet1.xml", "w") as part:
            head = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
            part.write(head)
            for piece in [xml.encode()] if isinstance(xml, str) else xml:
                part.write(piece)
            part.write(b"</sheetData></worksheet>")
    return out.getvalue()


def xml_row(number: int, values: Sequence[str]) -> str:
    cells = "".join(
        value if value.startswith("<c ") else f'<c r="{"ABCDEFG"[i]}{number}" t="inlineStr"><is><t>{value}</t></is></c>'
        for i, value in enumerate(values)
    )
    return f'<row r="{number}">{cells}</row>'


def merged(made: Any) -> None:
    made.active.insert_cols(3)
    made.active.merge_cells("B1:C1")


def two_headers(made: Any) -> None:
    made.active.insert_rows(1)
    made.active["A1"], made.active["C1"] = "Инцидент", "Содержание"
    made.active.merge_cells("A1:B1")


def hidden(made: Any) -> None:
    other = made.create_sheet("Служебный", 0)
    other.append(list(HEADER))
    other.append(["И-999999", "20.11.2026", "Снег", "Скрытый лист"])
    other.sheet_state = "hidden"


def formulas(has_value: bool) -> bytes:
    value = "<v>И-000000</v>" if has_value else ""
    first = f'<c r="A2" t="str"><f>CONCATENATE("И-",TEXT(0,"000000"))</f>{value}</c>'
    lines = [xml_row(1, HEADER), xml_row(2, [first, *row(0)[1:]])]
    return sheet_of("".join([*lines, *(xml_row(n + 2, row(n)) for n in range(1, 25))]))


DATES = ["20.11.2026", "20.11.2026 10:00:05", "2026-11-20", "2026-11-20T10:00:00", "20 ноября 2026 г."]


def large() -> Iterator[bytes]:
    yield xml_row(1, HEADER).encode()
    for start in range(0, 100_000, 5_000):
        yield "".join(xml_row(n + 2, row(n)) for n in range(start, start + 5_000)).encode()


def bomb() -> Iterator[bytes]:
    """Three hundred megabytes of cells in a small file."""
    yield xml_row(1, HEADER).encode()
    for _ in range(300):
        yield b'<row><c r="A2" t="inlineStr"><is><t>1</t></is></c></row>' * 18_000


def far_cell() -> bytes:
    lines = [xml_row(1, HEADER), xml_row(2, row(0))]
    return sheet_of("".join([*lines, '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>']))


def password() -> bytes:
    """An OLE container with an encrypted package, as Excel writes a book under a password."""

    def entry(name: str, kind: int, child: int = 0xFFFFFFFF) -> bytes:
        raw = name.encode("utf-16-le") + b"\0\0"
        parts = [
            raw.ljust(64, b"\0"),
            struct.pack("<HBBIII", len(raw), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child),
            bytes(36),
        ]
        return b"".join([*parts, struct.pack("<IQ", 0xFFFFFFFE, 0)])

    head = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<10I", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0) + b"\xff" * 432
    table = struct.pack("<II", 0xFFFFFFFD, 0xFFFFFFFE) + b"\xff" * 504
    return head + table + entry("Root Entry", 5, 1) + entry("EncryptedPackage", 2) + bytes(256)


def macros() -> bytes:
    out = BytesIO(book([HEADER, *ROWS]))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 macro")
    return out.getvalue()


def cell_of_a_megabyte() -> bytes:
    return sheet_of(
        "".join([xml_row(1, HEADER), *(xml_row(n + 2, row(n, text="x" * (1 << 20) * (n == 1))) for n in range(25))])
    )


WORKBOOK = Files(
    "файлы XLSX",
    ".xlsx",
    {
        "без изъяна": lambda: Made(book([HEADER, *ROWS])),
        "объединённый заголовок": lambda: Made(book([HEADER, *ROWS], merged)),
        "две строки заголовка": lambda: Made(book([HEADER, *ROWS], two_headers)),
        "заголовок в строке 7": lambda: Made(book([*TITLES, HEADER, *ROWS])),
        "скрытый лист": lambda: Made(book([HEADER, *ROWS], hidden)),
        "формулы": lambda: Made(formulas(has_value=True)),
        "формулы без значений": lambda: Made(formulas(has_value=False), count=0),
        "даты текстом в пяти видах": lambda: Made(book([HEADER, *(row(n, at=DATES[n % 5]) for n in range(25))])),
        "числа текстом": lambda: Made(book([HEADER, *((str(n), *r[1:]) for n, r in enumerate(ROWS))]), count=0),
        "100 000 строк": lambda: Made(sheet_of(large()), count=100_000, is_heavy=True),
        "пароль": lambda: Made(password(), count=0),
        "zip-бомба": lambda: Made(sheet_of(bomb()), count=0, is_heavy=True),
        "ячейка на краю листа": lambda: Made(far_cell(), count=0, is_heavy=True),
        "макросы": lambda: Made(macros(), suffix=".xlsm"),
        "ячейка в 1 МБ": lambda: Made(cell_of_a_megabyte(), is_heavy=True),
        "номер дважды": lambda: Made(book([HEADER, *ROWS, row(3, text="Другое")])),
        "часы убежали": lambda: Made(book([HEADER, *(row(n, at="01.01.2030 00:00") for n in range(25))])),
        "оборван": lambda: Made(book([HEADER, *ROWS])[:-300], count=0),
        "нет столбца": lambda: Made(book([HEADER[:3], *(r[:3] for r in ROWS)]), count=0),
        "не та программа": lambda: Made("<html>Войдите</html>".encode(), count=0),
        "пустой файл": lambda: Made(b"", count=0),
    },
    refused=("пароль", "zip-бомба", "ячейка на краю листа", "оборван", "нет столбца", "не та программа", "пустой файл"),
    quarantined=("формулы без значений", "даты текстом в пяти видах"),
)

# ---------------------------------------------------------------- CSV


def text(rows: Sequence[Sequence[Any]], sign: str = ";", end: str = "\r\n") -> str:
    return "".join(sign.join(str(v or "") for v in values) + end for values in rows)


def long_cell(megabytes: int) -> bytes:
    return text([HEADER, *(row(n, text="Снег " * 110_000 * megabytes * (n == 1)) for n in range(25))]).encode()


PLAIN = text([HEADER, *ROWS])
QUOTED = text([HEADER, *((*r[:3], '"Сказали: ""ждите""; строка\r\nвторая"') for r in ROWS)])
CSV = Files(
    "файлы CSV",
    ".csv",
    {
        "без изъяна": lambda: Made(PLAIN.encode()),
        "точка с запятой": lambda: Made(PLAIN.encode()),
        "табуляция": lambda: Made(text([HEADER, *ROWS], "\t").encode()),
        "кавычки": lambda: Made(QUOTED.encode()),
        "BOM": lambda: Made(PLAIN.encode("utf-8-sig")),
        "CP1251": lambda: Made(PLAIN.encode("cp1251")),
        "UTF-16": lambda: Made(PLAIN.encode("utf-16")),
        "кодировка не та": lambda: Made(PLAIN.encode("utf-7"), count=0),
        "ячейка в 1 МБ": lambda: Made(long_cell(1), is_heavy=True),
        "запись в 10 МБ": lambda: Made(long_cell(10), is_heavy=True, rejected=1),
        "оборвана последняя строка": lambda: Made(PLAIN.encode()[:-30], count=0),
        "заголовок в строке 7": lambda: Made(text([*TITLES, HEADER, *ROWS]).encode()),
        "даты текстом в пяти видах": lambda: Made(
            text([HEADER, *(row(n, at=DATES[n % 5]) for n in range(25))]).encode()
        ),
        "номер дважды": lambda: Made(text([HEADER, *ROWS, row(3, text="Другое")]).encode()),
        "часы убежали": lambda: Made(text([HEADER, *(row(n, at="01.01.2030 00:00") for n in range(25))]).encode()),
        "нет столбца": lambda: Made(text([HEADER[:3], *(r[:3] for r in ROWS)]).encode(), count=0),
        "пустой файл": lambda: Made(b"", count=0),
    },
    refused=("кодировка не та", "оборвана последняя строка", "нет столбца", "пустой файл"),
    quarantined=("запись в 10 МБ", "даты текстом в пяти видах"),
)

# ---------------------------------------------------------------- JSON, archives


def as_json(rows: Sequence[Sequence[Any]]) -> bytes:
    fields = ("number", "created_at", "topic", "text")
    return json.dumps([dict(zip(fields, values, strict=False)) for values in rows], ensure_ascii=False).encode()


WHOLE = as_json(ROWS)
JSON = Files(
    "файлы JSON",
    ".json",
    {
        "без изъяна": lambda: Made(WHOLE),
        "BOM": lambda: Made(b"\xef\xbb\xbf" + WHOLE),
        "CP1251": lambda: Made(WHOLE.decode().encode("cp1251"), count=0),
        "оборван": lambda: Made(WHOLE[:-30], count=0),
        "не список": lambda: Made(b'{"number": 1}', count=0),
        "не та программа": lambda: Made("<html>Войдите</html>".encode(), count=0),
        "запись не объект": lambda: Made(b"[1, " + WHOLE[1:]),
        "запись в 10 МБ": lambda: Made(
            as_json([row(0), row(1, text="Снег " * 1_100_000)]), count=2, is_heavy=True, rejected=1
        ),
        "номер дважды": lambda: Made(as_json([*ROWS, row(3, text="Другое")])),
        "даты текстом в пяти видах": lambda: Made(as_json([row(n, at=DATES[n % 5]) for n in range(25)])),
        "вложено слишком глубоко": lambda: Made(b'[{"number": ' + b"[" * 5_000 + b"]" * 5_000 + b"}]", count=0),
        "пустой файл": lambda: Made(b"", count=0),
    },
    refused=("CP1251", "оборван", "не та программа", "пустой файл"),
    quarantined=(
        "не список",
        "запись не объект",
        "запись в 10 МБ",
        "даты текстом в пяти видах",
        "вложено слишком глубоко",
    ),
    params={"format": "json", "columns": {}, "required": [], "patterns": ["*.json"]},
)


def zipped(*members: tuple[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members:
            archive.writestr(name, body)
    return out.getvalue()


def locked() -> bytes:
    """A member marked as encrypted, in both of its headers."""
    body = bytearray(zipped(("a.csv", PLAIN.encode())))
    body[6] |= 1
    body[body.index(b"PK\x01\x02") + 8] |= 1
    return bytes(body)


ARCHIVE = Files(
    "файлы ZIP",
    ".zip",
    {
        "без изъяна": lambda: Made(zipped(("a.csv", PLAIN.encode()))),
        "две выгрузки": lambda: Made(
            zipped(("a.csv", text([HEADER, *ROWS[:10]]).encode()), ("b.xlsx", book([HEADER, *ROWS[10:]])))
        ),
        "пароль": lambda: Made(locked(), count=0),
        "архив в архиве": lambda: Made(zipped(("b.zip", zipped(("a.csv", PLAIN.encode())))), count=0),
        "zip-бомба": lambda: Made(zipped(("a.csv", bytes(1_100 << 20))), count=0, is_heavy=True),
        "нет выгрузки": lambda: Made(zipped(("readme.md", b"x")), count=0),
        "оборван": lambda: Made(zipped(("a.csv", PLAIN.encode()))[:-30], count=0),
        "не та программа": lambda: Made("<html>Войдите</html>".encode(), count=0),
        "пустой файл": lambda: Made(b"", count=0),
    },
    refused=("пароль", "архив в архиве", "zip-бомба", "нет выгрузки", "оборван", "не та программа", "пустой файл"),
    params={"patterns": ["*.zip", "*.csv", "*.xlsx"]},
)
