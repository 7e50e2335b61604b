"""What people may see of one load: its row, its rejected records by reason, the rules it failed. Never a payload."""

from __future__ import annotations

from dataclasses import dataclass

from mcu.landing import ledger
from mcu.landing.ledger import Load
from mcu.warehouse.connect import connect

EXAMPLES = 20
"""At most so many rejected records are named for each reason."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Records rejected for one reason and not replayed yet; `examples` are (number, position)."""

    reason: str
    count: int
    examples: list[tuple[str | None, str]]


@dataclass(frozen=True, slots=True)
class Shown:
    """`failed_rules`: (code, title, observed, threshold)."""

    load: Load
    refused: list[Refused]
    failed_rules: list[tuple[str, str, str | None, str | None]]


def show_load(load_id: int) -> Shown:
    """Raises LoadNotFound."""
    with connect("loader") as conn:
        load = ledger.find_load(conn, load_id)
        reasons = conn.execute(
            """
            select reason, count(*), (array_agg(record_ref order by reject_id))[:%(n)s],
                (array_agg(position order by reject_id))[:%(n)s]
            from ops.rejects where load_id = %(load)s and replayed_at is null
            group by reason order by count(*) desc, reason
            """,
            {"load": load_id, "n": EXAMPLES},
        ).fetchall()
        rules = conn.execute(
            "select rule_code, title, observed, threshold from ops.quality_results"
            " where stage = 'raw' and checked_for = %s and not is_passed order by rule_code",
            [str(load_id)],
        ).fetchall()
    refused = [Refused(reason, n, list(zip(refs, places, strict=True))) for reason, n, refs, places in reasons]
    return Shown(load, refused, rules)
