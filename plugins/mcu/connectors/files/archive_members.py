"""The files in an archive, by its kind: ZIP, TAR, a TAR in GZIP, one file in GZIP."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePath
from typing import IO, Any

from mcu.connectors.files.encodings import likely_text
from mcu.connectors.files.faults import AGAIN, FileRefused, FileTorn
from mcu.connectors.files.name_patterns import ending

_GZIP = b"\x1f\x8b"
_TAR = b"ustar"
_TAR_AT = 257
_LONGEST_NAME = 1 << 16
_FLAGS_AT, _HAS_EXTRA, _HAS_NAME = 3, 4, 8


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A file in an archive. It must be read before the next one is asked for."""

    name: str
    size: int | None
    """As the archive declares it, if it does."""
    open: Callable[[], Any]
    """Gives a stream of bytes that can be closed."""
    is_encrypted: bool = False


def members_of(path: Path, name: str, most: int) -> Iterator[PackedFile]:
    """The files of an archive, not the folders. At most `most` bytes are unpacked. Raises FileRefused; of a damaged
    archive the errors of zipfile, tarfile, gzip and zlib."""
    with path.open("rb") as file:
        start = file.read(_TAR_AT + len(_TAR))
    if not any(start):
        raise FileTorn(f"Архив «{name}» записан не до конца: в начале одни нули. {AGAIN}")
    match ending(path.name):
        case ".zip":
            yield from _of_zip(path, name, start, most)
        case ".tar":
            with path.open("rb") as file:
                yield from _of_tar(_Counted(file, name, most), name)
        case _:
            yield from _of_gzip(path, name, start, most)


def too_large(name: str) -> FileRefused:
    return FileRefused(f"Архив «{name}» при распаковке слишком велик. Разделите выгрузку на части.")


def _of_zip(path: Path, name: str, start: bytes, most: int) -> Iterator[PackedFile]:
    if not start.startswith(b"PK"):
        raise FileRefused(f"Файл «{name}» - не архив ZIP, хотя назван так. Упакуйте файлы в ZIP заново.")
    if not zipfile.is_zipfile(path):
        raise FileTorn(f"Архив «{name}» записан не до конца. {AGAIN}")
    with zipfile.ZipFile(path) as archive:
        found = [info for info in archive.infolist() if not info.is_dir()]
        if sum(info.file_size for info in found) > most:
            raise too_large(name)
        for info in found:
            size, info.file_size = info.file_size, 1 << 62  # zipfile would stop at the declared size
            yield PackedFile(_zip_name(info), size, partial(archive.open, info), bool(info.flag_bits & 1))


def _zip_name(info: zipfile.ZipInfo) -> str:
    """The member's name. Without the UTF-8 flag it is in the DOS code page of Russian Windows, or in UTF-8 by programs
    that forget the flag."""
    if info.flag_bits & 0x800:
        return info.filename
    raw = info.orig_filename.encode("cp437")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp866")


def _of_gzip(path: Path, name: str, start: bytes, most: int) -> Iterator[PackedFile]:
    if not start.startswith(_GZIP):
        raise FileRefused(f"Файл «{name}» - не архив GZIP, хотя назван так. Упакуйте файлы в ZIP.")
    try:
        with gzip.open(path) as file:
            is_tar = file.read(_TAR_AT + len(_TAR))[_TAR_AT:] == _TAR
        with gzip.open(path) as file:
            content = _Counted(file, name, most)
            if is_tar:
                yield from _of_tar(content, name)
            else:
                yield PackedFile(_gzip_name(start, name), None, lambda: content)
    except EOFError:
        raise FileTorn(f"Архив «{name}» записан не до конца. {AGAIN}") from None


def _gzip_name(start: bytes, name: str) -> str:
    """The name of the packed file: the archive's own without «.gz», or what the archive says if that has no ending."""
    stem = PurePath(name).name
    stem = stem[: -len(ending(stem))]
    flags, at = start[_FLAGS_AT], 10
    if flags & _HAS_EXTRA:
        at += 2 + int.from_bytes(start[at : at + 2], "little")
    noted = likely_text(start[at:].partition(b"\0")[0]) if flags & _HAS_NAME else ""
    return stem if ending(stem) else PurePath(noted).name or stem


def _of_tar(content: _Counted, name: str) -> Iterator[PackedFile]:
    try:
        with tarfile.open(
            fileobj=content, mode="r|", tarinfo=_Header, encoding="utf-8", errors="surrogateescape"
        ) as archive:
            for info in archive:
                if not info.isdir():
                    inner = likely_text(info.name.encode("utf-8", "surrogateescape"))
                    yield PackedFile(inner, info.size if info.isreg() else None, partial(_opened, archive, info))
        while content.read(1 << 20):  # the checksum of GZIP stands at its end
            pass
    except tarfile.ReadError as error:
        if "unexpected end" not in str(error):
            raise
        raise FileTorn(f"Архив «{name}» записан не до конца. {AGAIN}") from None
    if any(content.tail):
        raise FileTorn(f"Архив «{name}» записан не до конца. {AGAIN}")


def _opened(archive: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    """The content; a link has none, so its file is refused as empty."""
    return (info.isreg() and archive.extractfile(info)) or io.BytesIO()


class _Header(tarfile.TarInfo):
    """The header of a member. A name of a gigabyte would be read into the memory."""

    @classmethod
    def frombuf(cls, buf: Any, encoding: str, errors: str) -> Any:
        header = super().frombuf(buf, encoding, errors)
        if not header.isreg() and not header.isdir() and header.size > _LONGEST_NAME:
            raise tarfile.ReadError("a name that is too long")
        return header


class _Counted(io.RawIOBase):
    """A stream that is read up to a limit. `tail`: its last bytes read; a whole TAR ends in zeros."""

    def __init__(self, source: Any, name: str, most: int) -> None:
        self._source, self._name, self._left = source, name, most
        self.tail = b""

    def read(self, size: int = -1) -> bytes:
        block: bytes = self._source.read(size)
        self._left -= len(block)
        if self._left < 0:
            raise too_large(self._name)
        self.tail = block[-512:] or self.tail
        return block
