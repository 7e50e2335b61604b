"""ZIP archives: each member is read as a separate file.

A member's bytes are counted while it is copied out: the sizes that an archive declares are never trusted."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path, PurePosixPath

from mcu.connectors.files.faults import AGAIN, FileRefused, FileTorn
from mcu.connectors.files.name_patterns import ending, is_draft, is_readable
from mcu.connectors.params import Dropped

LARGEST_UNPACKED = 1 << 30
"""Bytes of all members together."""
MOST_MEMBERS = 1_000
ARCHIVES = (".zip", ".rar", ".7z", ".gz", ".tar")
_TOO_LARGE = "Архив «{}» при распаковке слишком велик. Разделите выгрузку на части."


@dataclass(frozen=True, slots=True)
class Member:
    """A file taken out of an archive; `name` names both («выгрузка.zip/ноябрь.xlsx»)."""

    name: str
    path: Path


def is_archive(path: Path) -> bool:
    return path.suffix.lower() == ".zip"


def unpack(path: Path, params: Dropped, into: Path, name: str) -> list[Member]:
    """All files of an archive, copied into the folder `into`, ordered by name; those of one name are numbered.
    Raises FileRefused if the source reads none of them, or if any part of the archive cannot be read; then no member
    may be used."""
    with _opened(path, name) as archive:
        found = [(_name_of(info), info) for info in archive.infolist() if not info.is_dir()]
        _check(found, name)
        sent = [(inner, info) for inner, info in sorted(found, key=itemgetter(0)) if _is_sent(inner)]
        if not any(is_readable(PurePosixPath(inner).name, params) for inner, _ in sent):
            sought = ", ".join(p for p in params.name_patterns if not p.lower().endswith(ARCHIVES))
            raise FileRefused(f"Архив «{name}»: в нём нет файлов {sought}. Проверьте выгрузку.")
        members: list[Member] = []
        left = LARGEST_UNPACKED
        for number, (inner, info) in enumerate(sent):
            target = into / f"{number}{ending(inner)}"
            left -= _copy_out(archive, info, target, left, name)
            # A member's own time has no zone; the archive's time is when the export was handed over.
            status = path.stat()
            os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
            earlier = sum(1 for other, _ in sent[:number] if other == inner)
            members.append(Member(f"{name}/{inner}" if not earlier else f"{name}/{earlier + 1}-й {inner}", target))
        return members


@contextmanager
def _opened(path: Path, name: str) -> Iterator[zipfile.ZipFile]:
    with path.open("rb") as file:
        start = file.read(4)
    if not any(start):
        raise FileTorn(f"Архив «{name}» записан не до конца: в начале одни нули. {AGAIN}")
    if not start.startswith(b"PK"):
        raise FileRefused(f"Файл «{name}» - не архив ZIP, хотя назван так. Упакуйте файлы в ZIP заново.")
    if not zipfile.is_zipfile(path):
        raise FileTorn(f"Архив «{name}» записан не до конца. {AGAIN}")
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
        raise FileTorn(f"Архив «{name}» повреждён. {AGAIN}") from None


def _check(found: list[tuple[str, zipfile.ZipInfo]], name: str) -> None:
    """Raises FileRefused for an archive that should not even be unpacked, by its directory."""
    if any(info.flag_bits & 1 for _, info in found):
        raise FileRefused(f"Архив «{name}» защищён паролем. Снимите пароль и положите файл в папку ещё раз.")
    if nested := [inner for inner, _ in sorted(found, key=itemgetter(0)) if inner.lower().endswith(ARCHIVES)]:
        raise FileRefused(f"Архив «{name}»: в нём другой архив («{nested[0]}»). Распакуйте его и сложите файлы рядом.")
    if len(found) > MOST_MEMBERS:
        raise FileRefused(f"Архив «{name}»: в нём больше {MOST_MEMBERS} файлов. Разделите выгрузку на части.")
    if sum(info.file_size for _, info in found) > LARGEST_UNPACKED:
        raise FileRefused(_TOO_LARGE.format(name))


def _copy_out(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, most: int, name: str) -> int:
    """Copies one member and returns its bytes, counted: the directory of an archive may declare a wrong size."""
    promised, info.file_size = info.file_size, 1 << 62
    size = 0
    target.touch(mode=0o600)
    with archive.open(info) as source, target.open("wb") as copy:
        while block := source.read(1 << 20):
            size += len(block)
            if size > most:
                raise FileRefused(_TOO_LARGE.format(name))
            copy.write(block)
    if size != promised:
        raise FileTorn(f"Архив «{name}» повреждён: размер файла в нём не тот, что заявлен. {AGAIN}")
    return size


def _is_sent(inner: str) -> bool:
    parts = PurePosixPath(inner).parts
    return "__MACOSX" not in parts and not is_draft(parts[-1])


def _name_of(info: zipfile.ZipInfo) -> str:
    """The member's name. Without the UTF-8 flag it is in the DOS code page of Russian Windows, or in UTF-8 by programs
    that forget the flag."""
    if info.flag_bits & 0x800:
        return info.filename
    raw = info.orig_filename.encode("cp437")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp866")
