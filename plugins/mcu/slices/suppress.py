"""Which cells of a table must be hidden, so that no cell of too few records can be worked out from what is shown.

A table with its totals is a set of equations: each line adds up to its total. A hidden cell is safe if the equations
leave more than one value for it, and if what is hidden of a line together is not too small itself."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

import numpy as np

Cell = tuple[Hashable, Hashable]
"""Row and column; TOTAL stands for the sum over them."""

TOTAL = "∑"


def hidden_cells(counts: Mapping[Cell, int], least: int, *, has_column_totals: bool = True) -> set[Cell]:
    """The cells to hide. `counts`: how many records each cell holds, totals too; a cell that is missing holds none.
    `has_column_totals`: whether rows add up (a table of one column has no such totals)."""
    hidden = {cell for cell, n in counts.items() if 0 < n < least}
    lines = _lines(counts, has_column_totals)
    while True:
        more = _lonely(lines, counts, hidden, least) or _determined(lines, counts, hidden)
        if not more:
            return hidden
        hidden |= more


def _lines(counts: Mapping[Cell, int], has_column_totals: bool) -> list[list[Cell]]:
    """The equations: the cells of each line with its total last; only cells that hold something."""
    filled = sorted((cell for cell, n in counts.items() if n > 0), key=repr)
    by_row: dict[Hashable, list[Cell]] = {}
    by_column: dict[Hashable, list[Cell]] = {}
    for cell in filled:
        by_row.setdefault(cell[0], []).append(cell)
        by_column.setdefault(cell[1], []).append(cell)
    lines = [sorted(cells, key=lambda c: c[0] == TOTAL) for cells in by_column.values()]
    if has_column_totals:
        lines += [sorted(cells, key=lambda c: c[1] == TOTAL) for cells in by_row.values()]
    return [line for line in lines if len(line) > 1]


def _lonely(lines: Sequence[Sequence[Cell]], counts: Mapping[Cell, int], hidden: set[Cell], least: int) -> set[Cell]:
    """One cell more for each line in which a single cell is hidden, or hidden cells hold too little together."""
    more: set[Cell] = set()
    for line in lines:
        inner = [cell for cell in line[:-1] if cell in hidden]
        is_open = line[-1] not in hidden
        is_single = len(inner) + (not is_open) == 1
        if is_single or (is_open and 0 < sum(counts[cell] for cell in inner) < least):
            more |= _smallest([cell for cell in line if cell not in hidden], counts)
    return more


def _determined(lines: Sequence[Sequence[Cell]], counts: Mapping[Cell, int], hidden: set[Cell]) -> set[Cell]:
    """One cell more beside each hidden cell that the equations determine all the same."""
    unknown = sorted(hidden, key=repr)
    place = {cell: n for n, cell in enumerate(unknown)}
    used = [line for line in lines if any(cell in hidden for cell in line)]
    if not used:
        return set()
    matrix = np.zeros((len(used), len(unknown)))
    for number, line in enumerate(used):
        for cell in line:
            if cell in place:
                matrix[number, place[cell]] = -1.0 if cell == line[-1] else 1.0
    # a cell is determined if its own axis lies in the space of the rows
    _, sizes, axes = np.linalg.svd(matrix, full_matrices=False)
    known = (axes[sizes > 1e-9] ** 2).sum(axis=0)
    more: set[Cell] = set()
    for cell in unknown:
        if known[place[cell]] > 1 - 1e-9:
            more |= _smallest([c for line in used if cell in line for c in line if c not in hidden], counts)
    return more


def _smallest(cells: Sequence[Cell], counts: Mapping[Cell, int]) -> set[Cell]:
    """The cell whose loss says least: no total if there is a choice, then the one of the fewest records."""
    return set(sorted(cells, key=lambda c: (TOTAL in c, counts[c], repr(c)))[:1])
