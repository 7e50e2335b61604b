"""Results of checks as rows of `ops.quality_results`. A second check of the same thing replaces its rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mcu.quality.checkpoint import RuleResult
from mcu.warehouse.connect import connect


def store_results(results: Sequence[RuleResult], checked_for: str, as_of: datetime | None) -> None:
    """Write the results of one check. `checked_for`: the id of the load, or the instant of the marts."""
    with connect("loader") as conn, conn.cursor() as cursor:
        cursor.executemany(
            """insert into ops.quality_results (rule_code, stage, subject, checked_for, as_of, severity, owner, title,
                                                is_passed, observed, threshold, failed_count, examples)
               values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
               on conflict (rule_code, subject, checked_for) do update
               set as_of = excluded.as_of, severity = excluded.severity, owner = excluded.owner,
                   title = excluded.title, is_passed = excluded.is_passed, observed = excluded.observed,
                   threshold = excluded.threshold, failed_count = excluded.failed_count,
                   examples = excluded.examples, checked_at = clock_timestamp()""",
            [
                (
                    *(r.rule.code, r.rule.stage, r.subject, checked_for, as_of, r.rule.severity, r.rule.owner),
                    *(r.rule.title, r.is_passed, r.observed, r.rule.threshold_text, r.failed_count, r.examples),
                )
                for r in results
            ],
        )
