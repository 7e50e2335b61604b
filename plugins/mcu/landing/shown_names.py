"""What files are called in the ledger, in messages and alerts: without personal data, and each by a name of its own."""

from __future__ import annotations

from collections import Counter

from mcu.connectors.files import shown_name
from mcu.privacy.labels import mask_file_name


class ShownNames:
    """The names of the files of one run. Two that differ only in whom they name get numbers: «[ФИО] (2).xlsx»."""

    def __init__(self) -> None:
        self._met: Counter[str] = Counter()

    def of(self, name: str) -> str:
        decoded = shown_name(name)
        masked = mask_file_name(decoded)
        if masked == decoded:
            return masked
        self._met[masked] += 1
        number = self._met[masked]
        stem, point, ending = masked.rpartition(".")
        return masked if number == 1 else f"{stem or ending} ({number}){point}{ending if stem else ''}"
