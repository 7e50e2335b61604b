"""What is sent: the files of an edition, and the same as one archive whose bytes depend on them only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mcu.publications.files import sha256
from mcu.reproducible import zip_bytes


@dataclass(frozen=True)
class Parcel:
    """`key`: the same for every attempt. `repeats`: how many earlier attempts may have arrived."""

    publication_id: int
    title: str
    addressee: str
    name: str
    files: dict[str, bytes]
    key: str
    repeats: int

    @property
    def archive_name(self) -> str:
        return f"{self.name}.zip"

    @property
    def archive(self) -> bytes:
        return zip_bytes(self.files)


Receipt = dict[str, Any]
"""What the receiver said, and the SHA-256 of what it said it to."""


def receipt(parcel: Parcel, said: str, **more: Any) -> Receipt:
    return {"said": said, "sha256": sha256(parcel.archive), **more}


class NotReceived(Exception):
    """The receiver has refused the parcel, or it never left: it has not arrived."""


class Unknown(Exception):
    """The connection was lost after the parcel had left: it may have arrived."""
