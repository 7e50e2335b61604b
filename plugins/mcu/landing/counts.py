"""How many records a load has read, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Counts:
    """read = new + unchanged + rejected. `repeated` (exact repeats within the load) is part of unchanged."""

    read: int = 0
    new: int = 0
    unchanged: int = 0
    rejected: int = 0
    repeated: int = 0

    def __iadd__(self, other: Counts) -> Counts:
        self.read += other.read
        self.new += other.new
        self.unchanged += other.unchanged
        self.rejected += other.rejected
        self.repeated += other.repeated
        return self


def describe_counts(c: Counts) -> str:
    """«прочитано 25, новых 23, без изменений 0, отклонено 2», with the exact repeats where there are any."""
    text = f"прочитано {c.read}, новых {c.new}, без изменений {c.unchanged}, отклонено {c.rejected}"
    return text + (f"; точных повторов внутри загрузки: {c.repeated}" if c.repeated else "")
