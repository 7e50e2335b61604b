"""One run of Great Expectations over rules written as SQL.

A rule's SQL yields rows (subject, failed_count, observed, examples) and nothing else, so that no offending row,
and with it no personal data, can reach a result. Importing GX takes seconds: it is imported inside."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mcu.quality.rules import Rule
from mcu.warehouse.connect import Role, url

COLUMNS = {"subject", "failed_count", "observed", "examples"}


class RuleBroken(RuntimeError):
    """A rule that could not be evaluated: its SQL is wrong or yields something else. Never taken for a verdict."""


@dataclass(frozen=True)
class RuleResult:
    """One rule's verdict on one subject (a source's slug, or a part of the marts)."""

    rule: Rule
    subject: str
    failed_count: int
    observed: str
    examples: list[str]

    @property
    def is_passed(self) -> bool:
        return self.failed_count == 0

    @property
    def is_critical(self) -> bool:
        return not self.is_passed and self.rule.severity == "critical"


def evaluate(name: str, role: Role, checks: Mapping[str, tuple[Rule, str]]) -> list[RuleResult]:
    """Evaluate `checks` (code → rule and its finished SQL) in one GX checkpoint, as database role `role`.
    Raises RuleBroken naming each rule that could not be evaluated."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "False")
    import great_expectations as gx
    from great_expectations.core.result_format import ResultFormat
    from great_expectations.expectations.metadata_types import FailureSeverity

    from mcu.quality.expectation import SqlRule

    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)  # it would log SQL errors with values in them
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
    warehouse = context.data_sources.add_postgres("warehouse", connection_string=url(role, "psycopg2"))
    asset = warehouse.add_query_asset(name, query="select 1 as gate")
    suite = context.suites.add(gx.ExpectationSuite(name))
    for code, (rule, sql) in checks.items():
        suite.add_expectation(
            SqlRule(unexpected_rows_query=_escape(sql), severity=FailureSeverity(rule.severity), meta={"code": code})
        )
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(name=name, data=asset.add_batch_definition_whole_table("all"), suite=suite)
    )
    checkpoint = context.checkpoints.add(
        gx.Checkpoint(name=name, validation_definitions=[definition], result_format=ResultFormat.SUMMARY)
    )
    (run,) = checkpoint.run().run_results.values()

    results: list[RuleResult] = []
    broken = dict.fromkeys(checks, "нет ответа")
    for one in run.results:
        code = one.expectation_config.meta["code"]  # type: ignore[union-attr]
        rows = one.result.get("details", {}).get("rows")
        if rows is None or any(set(row) != COLUMNS for row in rows):
            broken[code] = _error_name(one.exception_info)
            continue
        del broken[code]
        results += [
            RuleResult(checks[code][0], row["subject"], int(row["failed_count"]), row["observed"], row["examples"])
            for row in rows
        ]
    if broken:
        told = ", ".join(f"{code} ({why})" for code, why in broken.items())
        raise RuleBroken(f"правила не удалось проверить: {told}")
    return results


def _escape(sql: str) -> str:
    """GX fills braces by str.format, SQLAlchemy takes `:word` for a parameter: neither is meant here."""
    sql = sql.replace("{", "{{").replace("}", "}}")
    return re.sub(r"(?<![:\w\\]):(?=\w+(?!:))", r"\\:", sql)


def _error_name(info: Any) -> str:
    """The class of the error only: its text may quote the value that broke it."""
    found = re.search(r"psycopg2\.errors\.(\w+)", str(info)) or re.search(r"\b([A-Z]\w+Error)\b", str(info))
    return found.group(1) if found else "ответ не той формы"
