"""MinHash signatures of texts, cut into bands: two texts that share a band may be nearly equal. The last bits of a
signature, its sketch, say how far from it they are, without the texts.

A text is the set of its runs of five letters, so a typing error, another word or another order of sentences changes
only some of them. Two texts with 7 of 10 runs in common share a band with probability 0.98, with half of them 0.74,
with 1 of 20 0.001. Of the 120 bits of their sketches some 18, 30 and 57 differ."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rensa import RMinHash

RUN = 5
BANDS, ROWS = 10, 3
SKETCH_BITS = 4
"""Of each of the BANDS × ROWS values: half of them differ by chance where the values do."""
SHORTEST = 20
"""A text of fewer letters says too little: «Яма», «Когда?»."""
_SEED = 13
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_LETTERS_FACTOR = np.uint64(1_000_003)


def signatures(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """int64 of the shape (texts, BANDS), the bucket of each band, and 0 or 1 of the shape (texts, BANDS × ROWS ×
    SKETCH_BITS), the sketch. Each text has at least RUN letters."""
    lengths = np.fromiter((len(text) for text in texts), dtype=np.int64, count=len(texts))
    letters = np.frombuffer("".join(texts).encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    runs = letters[: len(letters) - RUN + 1].copy()
    for shift in range(1, RUN):
        runs = runs * _LETTERS_FACTOR + letters[shift : len(letters) - RUN + 1 + shift]
    # a run that begins in one text and ends in the next belongs to none
    ends = np.cumsum(lengths)
    is_inside = np.ones(len(letters), dtype=bool)
    for back in range(1, RUN):
        is_inside[ends - back] = False
    offsets = np.concatenate(([0], np.cumsum(lengths - RUN + 1)))
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(
        runs[is_inside[: len(runs)]], offsets.astype(np.uint64), BANDS * ROWS, _SEED
    )
    values = np.array(matrix.to_rows(), dtype=np.uint64).reshape(len(texts), BANDS, ROWS)
    mixed = np.arange(BANDS, dtype=np.uint64) + np.zeros((len(texts), 1), dtype=np.uint64)
    for row in range(ROWS):
        mixed = (mixed ^ values[:, :, row]) * _FACTOR
        mixed ^= mixed >> np.uint64(29)
    bits = (values.reshape(len(texts), -1, 1) >> np.arange(SKETCH_BITS, dtype=np.uint64)) & np.uint64(1)
    return mixed.view(np.int64), bits.reshape(len(texts), -1)
