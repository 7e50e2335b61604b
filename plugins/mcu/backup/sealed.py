"""Encrypted files of a backup, of any size: AES-256-GCM piece by piece, the key made of the passphrase by scrypt.

A file is `MAGIC`, salt, prefix, then pieces of 1 MiB, each with its tag. The nonce of a piece is the prefix, its
number, and whether it is the last one: so no piece can be left out, moved or added (the construction STREAM). One GCM
over the whole file would end at 64 GiB."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from mcu.errors import UserError

MAGIC = b"MCU-BACKUP-2\n"
_SALT, _PREFIX, _TAG = 16, 7, 16
_PIECE = 1 << 20


class CannotOpen(UserError):
    """A file of a backup cannot be decrypted: another passphrase, or the file was changed. Field: path."""

    code = "backup_cannot_open"


class SealedWriter(io.RawIOBase):
    """A new encrypted file. `sha256` is of what stands on the disk; it is complete after `close()`."""

    def __init__(self, path: Path, passphrase: str) -> None:
        salt, self._prefix = os.urandom(_SALT), os.urandom(_PREFIX)
        self._file = path.open("xb")
        self._cipher = _cipher(passphrase, salt)
        self._hash = hashlib.sha256()
        self._rest = bytearray()
        self._number = 0
        self._put(MAGIC + salt + self._prefix)

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # callers give bytes only
        self._rest += data
        while len(self._rest) > _PIECE:  # the last piece is known only at the end
            self._seal(bytes(self._rest[:_PIECE]), is_last=False)
            del self._rest[:_PIECE]
        return len(data)

    def close(self) -> None:
        if self._file.closed:
            return
        self._seal(bytes(self._rest), is_last=True)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        super().close()

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def _seal(self, piece: bytes, *, is_last: bool) -> None:
        self._put(self._cipher.encrypt(_nonce(self._prefix, self._number, is_last=is_last), piece, None))
        self._number += 1

    def _put(self, data: bytes) -> None:
        self._file.write(data)
        self._hash.update(data)


def opened(path: Path, passphrase: str) -> Iterator[bytes]:
    """The content, piece by piece, each proved before it is given. Raises CannotOpen, for a file that was cut short
    after its last whole piece."""
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise CannotOpen(f"Файл {path} - не часть резервной копии этой версии платформы.", path=path)
        cipher, prefix = _cipher(passphrase, file.read(_SALT)), file.read(_PREFIX)
        number, sealed = 0, file.read(_PIECE + _TAG)
        while True:
            following = file.read(_PIECE + _TAG)
            try:
                yield cipher.decrypt(_nonce(prefix, number, is_last=not following), sealed, None)
            except (InvalidTag, ValueError):
                raise CannotOpen(
                    f"Файл {path.name} не открывается: парольная фраза не та или файл изменён.", path=path
                ) from None
            if not following:
                return
            number, sealed = number + 1, following


class SealedReader(io.RawIOBase):
    """`opened` as a file."""

    def __init__(self, path: Path, passphrase: str) -> None:
        self._pieces = opened(path, passphrase)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the only buffer we are given
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = piece
        given = self._rest[: len(buffer)]
        buffer[: len(given)] = given
        self._rest = self._rest[len(given) :]
        return len(given)


def _nonce(prefix: bytes, number: int, *, is_last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([is_last])


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(passphrase.encode()))
