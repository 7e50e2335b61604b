"""No cell of too few records can be worked out of what a table shows: judged by linear programming, which shares
nothing with the code."""

from __future__ import annotations

from itertools import product
from random import Random

import numpy as np
import pytest
from scipy.optimize import linprog

from mcu.slices.suppress import TOTAL, Cell, hidden_cells

LEAST = 5


def with_totals(inner: dict[Cell, int], *, wide: bool = True) -> dict[Cell, int]:
    counts = dict(inner)
    for (row, column), n in inner.items():
        keys = [(TOTAL, column)] + ([(row, TOTAL), (TOTAL, TOTAL)] if wide else [])
        for key in keys:
            counts[key] = counts.get(key, 0) + n
    return counts


def possible(counts: dict[Cell, int], hidden: set[Cell], *, wide: bool = True) -> dict[Cell, tuple[float, float]]:
    """Hidden cell → the least and the greatest value that the shown ones allow, if none is negative."""
    unknown = sorted(hidden, key=repr)
    rows, columns = {r for r, _ in counts}, {c for _, c in counts}
    lines = [[(r, c) for r in rows] for c in columns] + ([[(r, c) for c in columns] for r in rows] if wide else [])
    matrix, given = [], []
    for line in lines:
        line = [cell for cell in line if counts.get(cell)]
        total = [cell for cell in line if (cell[0] == TOTAL) != all(c[0] == TOTAL for c in line)]
        if wide and all(cell[0] == line[0][0] for cell in line):
            total = [cell for cell in line if cell[1] == TOTAL]
        sign = {cell: -1.0 if cell in total else 1.0 for cell in line}
        matrix.append([sign.get(cell, 0.0) for cell in unknown])
        given.append(-sum(sign[cell] * counts[cell] for cell in line if cell not in hidden))
    found = {}
    for number, cell in enumerate(unknown):
        goal = np.zeros(len(unknown))
        goal[number] = 1
        low, high = (linprog(s * goal, A_eq=matrix, b_eq=given, bounds=[(0, 10_000)] * len(unknown)) for s in (1, -1))
        assert low.success and high.success
        found[cell] = (low.fun, -high.fun)
    return found


@pytest.mark.parametrize("seed", range(25))
def test_no_small_cell_can_be_worked_out(seed: int) -> None:
    rng = Random(seed)
    rows, columns = rng.randint(1, 6), rng.randint(1, 5)
    weights = [0, 1, 2, 4, 5, 7, 12, 40]
    inner: dict[Cell, int] = {(f"r{r}", f"c{c}"): rng.choice(weights) for r, c in product(range(rows), range(columns))}
    counts = with_totals(inner)
    hidden = hidden_cells(counts, LEAST)
    small = {cell for cell, n in counts.items() if 0 < n < LEAST}
    assert small <= hidden
    for cell, (low, high) in possible(counts, hidden).items():
        if cell in small:
            assert high - low > 0.5, f"{cell} = {counts[cell]} is known"
    if not small:
        assert not hidden


@pytest.mark.parametrize("seed", range(10))
def test_a_list_with_its_total(seed: int) -> None:
    rng = Random(seed)
    inner: dict[Cell, int] = {(f"r{n}", TOTAL): rng.choice([1, 3, 8, 30]) for n in range(rng.randint(1, 5))}
    counts = with_totals(inner, wide=False)
    hidden = hidden_cells(counts, LEAST, has_column_totals=False)
    for cell, (low, high) in possible(counts, hidden, wide=False).items():
        assert high - low > 0.5, f"{cell} = {counts[cell]} is known"


def test_two_cycles_joined_by_one_cell_are_seen() -> None:
    """Two hidden cells in each line are not enough: the cell that alone joins two blocks follows from their sums."""
    inner: dict[Cell, int] = dict.fromkeys(product("abcd", "wxyz"), 20)
    for cell in [("a", "w"), ("a", "x"), ("b", "w"), ("b", "x"), ("c", "y"), ("c", "z"), ("d", "y"), ("d", "z")]:
        inner[cell] = 3
    inner["b", "y"] = 4
    counts = with_totals(inner)
    hidden = hidden_cells(counts, LEAST)
    low, high = possible(counts, hidden)["b", "y"]
    assert high - low > 0.5


def test_a_table_of_large_cells_hides_nothing() -> None:
    assert hidden_cells(with_totals({("a", "x"): 9, ("b", "x"): 5, ("b", "y"): 0}), LEAST) == set()


def test_one_small_cell_takes_the_total_with_it() -> None:
    counts = with_totals({("a", TOTAL): 3}, wide=False)
    assert hidden_cells(counts, LEAST, has_column_totals=False) == {("a", TOTAL), (TOTAL, TOTAL)}
