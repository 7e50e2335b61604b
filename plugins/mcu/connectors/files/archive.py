"""Archives (ZIP, TAR, GZIP): each member is read as a separate file.

A member's bytes are counted while it is copied out: the sizes that an archive declares are never trusted."""

from __future__ import annotations

import os
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path, PurePosixPath

from mcu.connectors.files.archive_members import PackedFile, members_of, too_large
from mcu.connectors.files.faults import AGAIN, FileRefused, FileTorn
from mcu.connectors.files.name_patterns import ARCHIVES, UNPACKED, ending, is_draft, is_readable
from mcu.connectors.params import Dropped

LARGEST_UNPACKED = 1 << 30
"""Bytes of all members together."""
MOST_MEMBERS = 1_000


@dataclass(frozen=True, slots=True)
class Member:
    """A file taken out of an archive; `name` names both («выгрузка.zip/ноябрь.xlsx»)."""

    name: str
    path: Path


def is_archive(path: Path) -> bool:
    return ending(path.name) in UNPACKED


def unpack(path: Path, params: Dropped, into: Path, name: str) -> list[Member]:
    """All files of an archive, copied into the folder `into`, ordered by name; those of one name are numbered.
    Raises FileRefused if the source reads none of them, or if any part of the archive cannot be read; then no member
    may be used."""
    copies: list[tuple[str, Path]] = []
    left = LARGEST_UNPACKED
    with _damage_is_reported(name):
        for number, packed in enumerate(members_of(path, name, LARGEST_UNPACKED)):
            _check(number, packed, left, name)
            if _is_sent(packed.name):
                copies.append((packed.name, into / f"{number}{ending(packed.name)}"))
                left -= _copy_out(packed, copies[-1][1], left, name)
    if not any(is_readable(PurePosixPath(inner).name, params) for inner, _ in copies):
        sought = ", ".join(p for p in params.name_patterns if not p.lower().endswith(ARCHIVES))
        raise FileRefused(f"Архив «{name}»: в нём нет файлов {sought}. Проверьте выгрузку.")
    members: list[Member] = []
    met: dict[str, int] = {}
    status = path.stat()
    for inner, copy in sorted(copies, key=itemgetter(0)):
        # A member's own time has no zone; the archive's time is when the export was handed over.
        os.utime(copy, ns=(status.st_atime_ns, status.st_mtime_ns))
        nth = met[inner] = met.get(inner, 0) + 1
        members.append(Member(f"{name}/{inner}" if nth == 1 else f"{name}/{nth}-й {inner}", copy))
    return members


@contextmanager
def _damage_is_reported(name: str) -> Iterator[None]:
    try:
        yield
    except (
        zipfile.BadZipFile,
        tarfile.TarError,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        OSError,
    ):
        raise FileTorn(f"Архив «{name}» повреждён. {AGAIN}") from None


def _check(number: int, packed: PackedFile, left: int, name: str) -> None:
    """Raises FileRefused for an archive that should not be unpacked any further."""
    if packed.is_encrypted:
        raise FileRefused(f"Архив «{name}» защищён паролем. Снимите пароль и положите файл в папку ещё раз.")
    if packed.name.lower().endswith(ARCHIVES):
        raise FileRefused(
            f"Архив «{name}»: в нём другой архив («{packed.name}»). Распакуйте его и сложите файлы рядом."
        )
    if number == MOST_MEMBERS:
        raise FileRefused(f"Архив «{name}»: в нём больше {MOST_MEMBERS} файлов. Разделите выгрузку на части.")
    if (packed.size or 0) > left:
        raise too_large(name)


def _copy_out(packed: PackedFile, target: Path, most: int, name: str) -> int:
    """Copies one member and returns its bytes, counted: an archive may declare a wrong size."""
    size = 0
    target.touch(mode=0o600)
    with packed.open() as source, target.open("wb") as copy:
        while block := source.read(1 << 20):
            size += len(block)
            if size > most:
                raise too_large(name)
            copy.write(block)
    if packed.size is not None and size != packed.size:
        raise FileTorn(f"Архив «{name}» повреждён: размер файла в нём не тот, что заявлен. {AGAIN}")
    return size


def _is_sent(inner: str) -> bool:
    parts = PurePosixPath(inner).parts
    return "__MACOSX" not in parts and not is_draft(parts[-1] if parts else "")
