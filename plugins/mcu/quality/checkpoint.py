"""Runs a set of SQL rules as one checkpoint of Great Expectations.

A rule's SQL yields rows (subject, failed_count, observed, examples) and nothing else: no offending row, and so no
personal data, can reach a result. Importing GX takes seconds, so it is imported inside the functions."""

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
    """A rule could not be evaluated: its SQL is wrong, or yields other columns. That is no verdict on the data."""


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
    """Evaluate `checks` (code → rule and its complete SQL) in one GX checkpoint, as database role `role`.
    Raises RuleBroken with the code of each rule that could not be evaluated."""
    results: list[RuleResult] = []
    broken = dict.fromkeys(checks, "нет ответа")
    for answer in _run_checkpoint(name, role, checks):
        code = answer.expectation_config.meta["code"]
        rows = answer.result.get("details", {}).get("rows")
        if rows is None or any(set(row) != COLUMNS for row in rows):
            broken[code] = _error_name(answer.exception_info)
            continue
        del broken[code]
        rule = checks[code][0]
        results += [
            RuleResult(rule, row["subject"], int(row["failed_count"]), row["observed"], row["examples"] or [])
            for row in rows
        ]
    if broken:
        faults = ", ".join(f"{code} ({fault})" for code, fault in broken.items())
        raise RuleBroken(f"правила не удалось проверить: {faults}")
    return results


def _run_checkpoint(name: str, role: Role, checks: Mapping[str, tuple[Rule, str]]) -> list[Any]:
    """GX's result of each rule."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "False")
    import great_expectations as gx
    from great_expectations.core.result_format import ResultFormat
    from great_expectations.expectations.metadata_types import FailureSeverity

    from mcu.quality.expectation import SqlRule

    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)  # it logs SQL errors with values in them
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]  # GX's annotation lacks dict
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
    try:
        (run,) = checkpoint.run().run_results.values()
    finally:
        # Each holds connections until the process ends, and the roles have a limit of them.
        warehouse.get_engine().dispose()
        warehouse.get_execution_engine().engine.dispose()
    return list(run.results)


def _escape(sql: str) -> str:
    """Keep GX from filling braces (str.format) and SQLAlchemy from binding `:word` as a parameter."""
    sql = sql.replace("{", "{{").replace("}", "}}")
    return re.sub(r"(?<![:\w\\]):(?=\w+(?!:))", r"\\:", sql)


def _error_name(info: Any) -> str:
    """The class of the error only: its text may quote the value that broke it."""
    found = re.search(r"psycopg2\.errors\.(\w+)", str(info)) or re.search(r"\b([A-Z]\w+Error)\b", str(info))
    return found.group(1) if found else "ответ не той формы"
