"""What Superset's own permissions do not cover."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from werkzeug.security import generate_password_hash

ROOT = Path(__file__).resolve().parents[2]
CHARTS = sorted(str(path.relative_to(ROOT / "superset" / "assets")) for path in ROOT.glob("superset/assets/*/charts/*"))


@dataclass
class Query:
    """As Superset's query object, as far as the guard looks."""

    columns: list[Any] = field(default_factory=list)
    metrics: list[Any] | None = None
    orderby: list[Any] = field(default_factory=list)
    row_limit: int | None = None


STORED = {"groupby": ["municipality"], "metrics": ["new"], "row_limit": 100}


def is_shown(*queries: Query, stored: dict[str, Any] | None = STORED, kind: str = "full", same: bool = True) -> bool:
    from guard.rows import is_as_shown

    return is_as_shown(kind, queries, stored, is_same_dataset=same)


@pytest.mark.parametrize("chart", CHARTS)
def test_every_tile_of_a_dashboard_may_be_asked_for_as_it_is(chart: str) -> None:
    from deploy import bundle
    from deploy.queries import query_context

    folder, kind, name = chart.split("/")
    params = bundle.read()[f"{kind}/{folder}/{name}"]["params"]
    asked = query_context(params)["queries"]
    assert asked
    given = [Query(q.get("columns", []), q.get("metrics"), q.get("orderby", []), q.get("row_limit")) for q in asked]
    assert is_shown(*given, stored=params)


def test_other_rows_of_a_tile_may_not() -> None:
    assert is_shown(Query(["municipality"], ["new"], [["new", False]], 100))
    assert not is_shown(Query(["municipality", "record_ref"], ["new"]))
    assert not is_shown(Query(["municipality"], ["count"]))
    assert not is_shown(Query(["municipality"], ["new"], row_limit=10_000))
    assert not is_shown(Query(["municipality"], ["new"], [["record_ref", True]]))
    assert not is_shown(Query([{"sqlExpression": "record_ref", "expressionType": "SQL"}]))
    assert not is_shown(Query([{"sqlExpression": "municipality || record_ref", "expressionType": "SQL"}]))
    assert not is_shown(Query(["municipality"]), same=False)
    assert not is_shown(Query(["municipality"]), kind="samples")
    assert not is_shown(Query(["municipality"]), kind="drill_detail")


def test_without_a_tile_only_the_values_of_one_column_may() -> None:
    assert is_shown(Query(["municipality"], ["new"]), stored=None)
    assert not is_shown(Query(["municipality", "record_ref"]), stored=None)
    assert not is_shown(Query([{"sqlExpression": "a || b", "expressionType": "SQL"}]), stored=None)
    assert not is_shown(Query(["municipality"], row_limit=100_000), stored=None)


def test_a_table_may_be_ordered_by_a_column_that_it_does_not_show() -> None:
    stored = {"all_columns": ["topic"], "order_by_cols": [json.dumps(["due_at", True])]}
    assert is_shown(Query(["topic"], orderby=[["due_at", True]]), stored=stored)


def test_a_short_password_is_refused_before_anything_is_changed() -> None:
    from deploy.people import ShortPassword, refuse_short

    with pytest.raises(ShortPassword, match="ivanova"):
        refuse_short({"ivanova": {"password": "a" * 11}, "petrov": {"password": "a" * 12}})


def test_a_given_password_is_changed_into_another_long_one() -> None:
    from guard.first_password import fault_of

    given = generate_password_hash("выданный-пароль")
    assert fault_of(given, "мой-новый-пароль", "мой-новый-пароль") is None
    assert "по-разному" in str(fault_of(given, "мой-новый-пароль", "мой-новый-парол"))
    assert "короче 12" in str(fault_of(given, "короткий", "короткий"))
    assert "с прежним" in str(fault_of(given, "выданный-пароль", "выданный-пароль"))


def test_who_may_not_export_has_no_right_to_the_rows_behind_a_tile() -> None:
    from deploy.people import ROLES

    rows = {"can_samples", "can_drill", "can_get_drill_info", "can_csv", "can_explore_json"}
    without = [name for name, role in ROLES["roles"].items() if "export" not in role["may"]]
    assert set(without) == {
        *("МЦУ: оператор", "МЦУ: ответственный за отраслевой блок", "Ответственный получатель"),
        "Администрация поселения",
    }
    for name in without:
        assert not rows & {right for part in ROLES["roles"][name]["may"] for right, _ in ROLES["rights"][part]}
