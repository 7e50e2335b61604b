"""A model whose file is missing or changed is learned anew: a transformation must not go on without it."""

from __future__ import annotations

from mcu.texts.topics import ledger, store
from mcu.warehouse.connect import connect


def retrain_if_lost() -> str | None:
    """Returns what happened, in Russian; None if the model in force is whole, or there is none."""
    with connect("transformer") as conn:
        known = ledger.newest(conn)
    if known is None or known.version == ledger.WORDS or store.is_whole(known.version):
        return None
    from mcu.texts.topics.train import train  # slow to import: scikit-learn

    return train()
