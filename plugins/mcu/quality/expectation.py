"""A GX expectation that is one SQL rule. Importing it imports all of GX: do that inside a function."""

from __future__ import annotations

from typing import Any, ClassVar

from great_expectations.expectations.expectation import BatchExpectation


class SqlRule(BatchExpectation):
    """Holds if every row (subject, failed_count, observed, examples) of the query has failed_count 0.

    The built-in UnexpectedRowsExpectation runs its query twice and reports only the number of rows."""

    unexpected_rows_query: str

    metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.table",)
    success_keys: ClassVar[tuple[str, ...]] = ("unexpected_rows_query",)
    domain_keys: ClassVar[tuple[str, ...]] = ("batch_id", "row_condition", "condition_parser")

    def _validate(
        self, metrics: dict[str, Any], runtime_configuration: dict | None = None, execution_engine: Any = None
    ) -> dict[str, Any]:
        rows = metrics["unexpected_rows_query.table"]
        failed = sum(int(row["failed_count"]) for row in rows)
        return {"success": failed == 0, "result": {"observed_value": failed, "details": {"rows": rows}}}
