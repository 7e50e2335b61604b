"""Files of kinds that are not read: what to ask of the person who sent one."""

from __future__ import annotations

from pathlib import Path

from mcu.connectors.files.faults import FileRefused
from mcu.connectors.files.name_patterns import ending
from mcu.connectors.params import Dropped

_UNPACK = "Распакуйте его и положите в папку сами файлы"
_SAVE = "Сохраните таблицу как «Книга Excel (*.xlsx)» или CSV"
_KINDS = (
    (b"Rar!", "архив RAR", _UNPACK),
    (b"7z\xbc\xaf", "архив 7-Zip", _UNPACK),
    (b"\x1f\x8b", "архив GZIP", _UNPACK),
    (b"BZh", "архив BZIP2", _UNPACK),
    (b"\xfd7zXZ", "архив XZ", _UNPACK),
    (b"\x78\x9f\x3e\x22", "вложение Outlook (winmail.dat)", "Попросите прислать файл обычным вложением"),
    (b"%PDF", "документ PDF", _SAVE),
    (b"\xff\xd8\xff", "изображение", _SAVE),
    (b"\x89PNG", "изображение", _SAVE),
    (b"begin ", "вложение в старой кодировке (uuencode)", _UNPACK),
)
_ENDINGS = {
    ".tar": ("архив TAR", _UNPACK),
    ".tgz": ("архив TAR", _UNPACK),
    ".rar": ("архив RAR", _UNPACK),
    ".7z": ("архив 7-Zip", _UNPACK),
    ".zip": ("архив ZIP", _UNPACK),
    ".doc": ("документ Word", _SAVE),
    ".docx": ("документ Word", _SAVE),
    ".pdf": ("документ PDF", _SAVE),
    ".html": ("страница HTML", _SAVE),
    ".xml": ("файл XML", _SAVE),
    ".dbf": ("таблица DBF", _SAVE),
    "": ("файл без расширения", "Допишите к имени .xlsx или .csv, смотря что в нём"),
}


def kind_refused(path: Path, params: Dropped, name: str) -> FileRefused:
    """Why this source does not read the file."""
    with path.open("rb") as file:
        start = file.read(8)
    found = next(((kind, advice) for mark, kind, advice in _KINDS if start.startswith(mark)), None)
    kind, advice = found or _ENDINGS.get(ending(name), ("файл другого вида", _SAVE))
    sought = ", ".join(params.name_patterns)
    return FileRefused(
        f"Файл «{name}» не прочитан: это {kind}, а источник читает {sought}. {advice} и отправьте снова."
    )
