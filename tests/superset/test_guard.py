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
    row_offset: int = 0
    result_type: str | None = None


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
    for kind in ("samples", "drill_detail", "query", "columns"):
        assert not is_shown(Query(["municipality"], result_type=kind))
    assert is_shown(Query(["municipality"], result_type="results"), kind="samples")
    assert not is_shown(Query(["municipality"], row_limit=100, row_offset=100))


def test_a_measure_that_a_request_makes_up_may_not_be_called_like_a_stored_one() -> None:
    made_up = {"aggregate": "MAX", "column": {"column_name": "record_ref"}, "label": "new", "sqlExpression": "new"}
    for kind in ("SIMPLE", "SQL"):
        assert not is_shown(Query(["municipality"], [made_up | {"expressionType": kind}]))
        assert not is_shown(Query(["municipality"], orderby=[[made_up | {"expressionType": kind}, True]]))
    column = {"sqlExpression": "municipality", "label": "a"}
    assert is_shown(Query([column | {"expressionType": "SQL"}]))
    assert not is_shown(Query([column | {"expressionType": "SIMPLE", "column": {"column_name": "record_ref"}}]))


def test_without_a_tile_only_the_values_of_one_column_may() -> None:
    assert is_shown(Query(["municipality"], ["new"]), stored=None)
    assert not is_shown(Query(["municipality", "record_ref"]), stored=None)
    assert not is_shown(Query([{"sqlExpression": "a || b", "expressionType": "SQL"}]), stored=None)
    assert not is_shown(Query(["municipality"], row_limit=100_000), stored=None)
    assert not is_shown(Query(["municipality"], row_limit=5_000, row_offset=5_000), stored=None)
    assert not is_shown(Query(["municipality"], result_type="drill_detail"), stored=None)


def test_a_table_may_be_ordered_by_a_column_that_it_does_not_show() -> None:
    stored = {"all_columns": ["topic"], "order_by_cols": [json.dumps(["due_at", True])]}
    assert is_shown(Query(["topic"], orderby=[["due_at", True]]), stored=stored)


ACCOUNT = {"password": "a" * 12, "first_name": "Анна", "last_name": "Иванова"}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (json.dumps({"ivanova": ACCOUNT | {"password": "a" * 11}, "petrov": ACCOUNT}), "короче 12 знаков: ivanova"),
        (json.dumps({"ivanova": {"password": "a" * 12}}), "«ivanova» нет текста: first_name, last_name"),
        (json.dumps({"ivanova": ACCOUNT | {"password": 123_456_789_012}}), "«ivanova» нет текста: password"),
        (json.dumps({"ivanova": "a" * 12}), "«ivanova» нет текста: password, first_name, last_name"),
        (json.dumps({"admin": ACCOUNT}), "«admin» — учётная запись установки"),
        ("[]", "нужен JSON"),
        ('{"ivanova": ', "нужен JSON"),
    ],
)
def test_a_wrong_list_of_accounts_is_refused_before_anything_is_changed(text: str, fault: str) -> None:
    from deploy.people import AccountsRefused, read_accounts

    with pytest.raises(AccountsRefused, match=fault):
        read_accounts(text)
    assert read_accounts(json.dumps({"petrov": ACCOUNT})) == {"petrov": ACCOUNT} and read_accounts("") == {}


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
