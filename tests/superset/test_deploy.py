"""What can be tested of the deployment without Superset: queries, the bundle, the roles, the sample."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]

SAMPLE = Path(__file__).with_name("sample_marts.sql")


def test_a_chart_of_an_unknown_kind_names_the_known_ones() -> None:
    from deploy.queries import query_context

    with pytest.raises(KeyError, match=r"world_map.*big_number"):
        query_context({"viz_type": "world_map"})


def test_a_number_with_a_trend_asks_for_the_days_and_for_the_whole() -> None:
    from deploy.queries import query_context

    params = {"viz_type": "big_number", "metric": "new", "x_axis": "date_on", "time_grain_sqla": "P1D"}
    trend, whole = query_context(params)["queries"]
    assert trend["columns"][0]["timeGrain"] == "P1D"
    assert (whole["columns"], whole["metrics"]) == ([], ["new"])


def test_filters_of_a_chart_reach_its_query() -> None:
    from deploy.queries import query_context

    given = {"subject": "left_days", "operator": "<=", "comparator": 3}
    params = {"viz_type": "big_number_total", "metric": "new", "adhoc_filters": [given]}
    (query,) = query_context(params)["queries"]
    assert query["filters"] == [{"col": "left_days", "op": "<=", "val": 3}]


def test_the_bundle_gets_its_address_at_the_import() -> None:
    from deploy import bundle

    files = bundle.contents(bundle.read(), "postgresql+psycopg2://mcu_reader:x@db:5432/mcu", "Europe/Moscow", {})
    database = yaml.safe_load(files["databases/warehouse/warehouse.yaml"])
    assert database["sqlalchemy_uri"] == "postgresql+psycopg2://mcu_reader:x@db:5432/mcu"
    assert "timezone=Europe/Moscow" in database["extra"]["engine_params"]["connect_args"]["options"]
    assert all(yaml.safe_load(text)["is_managed_externally"] for name, text in files.items() if "/" in name)


def test_what_comes_from_here_is_certified() -> None:
    from deploy import bundle

    for name, asset in bundle.read().items():
        if name.startswith(("charts/", "dashboards/")):
            assert asset["certified_by"] and asset["certification_details"], name
        if name.startswith("datasets/"):
            assert asset["extra"]["certification"]["certified_by"], name


def test_datasets_get_the_descriptions_that_dbt_stored(warehouse: Path) -> None:
    from deploy import bundle
    from deploy.descriptions import read_descriptions
    from mcu.warehouse.connect import connect, url

    with connect("transformer") as conn:
        conn.execute(
            "drop table if exists bi.described; create table bi.described (as_of text);"
            " comment on table bi.described is 'Набор'; comment on column bi.described.as_of is 'Момент'"
        )
    try:
        descriptions = read_descriptions(url("reader", "psycopg2"))
    finally:
        with connect("transformer") as conn:
            conn.execute("drop table bi.described")
    assert descriptions["described"] == {"": "Набор", "as_of": "Момент"}
    files = bundle.contents(bundle.read(), "postgresql://", "UTC", {"bi_as_of": descriptions["described"]})
    dataset = yaml.safe_load(files["datasets/warehouse/bi_as_of.yaml"])
    assert (dataset["description"], dataset["columns"][0]["description"]) == ("Набор", "Момент")


def test_no_view_of_the_reader_has_a_pseudonym_or_a_text_of_a_citizen(contracts: dict[str, dict[str, str]]) -> None:
    ours = {"bi_recommendations", "bi_answer_templates"}  # what the МЦУ itself has written
    assert ours < contracts.keys()
    views = {name: columns for name, columns in contracts.items() if name.startswith("bi_") and name not in ours}
    columns = [f"{view}.{column}" for view in views for column in views[view]]
    assert len(columns) > 100
    # a count of answers, their day or their hour is no answer
    columns = [name for name in columns if not name.endswith(("_count", "_on", "_at"))]
    assert [name for name in columns if re.search(r"author|pseudonym|payload|metadata|text|answer|comment", name)] == []


def test_nothing_of_one_installation_stands_in_the_files() -> None:
    texts = {p: p.read_text(encoding="utf-8") for p in (ROOT / "superset" / "assets").rglob("*.yaml")}
    for path, text in texts.items():
        assert "127.0.0.1" not in text and "localhost" not in text, path
        assert "password" not in text, path


def test_no_role_of_ours_reaches_sql_lab_or_administration() -> None:
    from deploy.people import ROLES

    given = {(view, right) for sets in ROLES["rights"].values() for right, view in sets}
    forbidden = ("SQLLab", "SQL Lab", "SavedQuery", "Database", "Role", "User", "Security", "RowLevelSecurity")
    assert [pair for pair in given if pair[0] in forbidden] == []
    assert len(ROLES["roles"]) == 10 and all(set(role) == {"sees", "may"} for role in ROLES["roles"].values())
    assert ROLES["public"] == ["sign_in_page"]


def test_the_sample_has_the_columns_of_the_contracts(warehouse: Path, contracts: dict[str, dict[str, str]]) -> None:
    from mcu.warehouse.connect import connect

    with connect("transformer") as conn:  # all of it is rolled back: other tests may have built the marts
        conn.execute(
            "do $$ declare r record; begin"
            " for r in select relname, relkind from pg_class where relnamespace = 'bi'::regnamespace and relkind in"
            " ('r', 'v') loop execute format('drop %s if exists bi.%I cascade',"
            " case r.relkind when 'v' then 'view' else 'table' end, r.relname); end loop; end $$"
        )
        conn.execute(SAMPLE.read_text(encoding="utf-8"))
        rows = conn.execute(
            "select table_name, array_agg(column_name::text order by ordinal_position) from information_schema.columns"
            " where table_schema = 'bi' and table_name like 'bi\\_%' group by 1"
        ).fetchall()
        conn.rollback()
    shown = {path.stem for path in (ROOT / "superset" / "assets" / "warehouse" / "datasets").glob("*.yaml")}
    assert (
        dict(rows) == {name: list(columns) for name, columns in contracts.items() if name in shown} and len(shown) >= 7
    )


def test_every_source_has_its_name_among_the_checks() -> None:
    """A check's subject is a source's slug; people read the title that its spec gives."""
    from mcu.sources.registry import all_sources
    from mcu.warehouse.dbt import variables

    path = ROOT / "superset" / "assets" / "warehouse" / "datasets" / "bi_quality.yaml"
    columns = yaml.safe_load(path.read_text(encoding="utf-8"))["columns"]
    assert [c.get("expression") for c in columns if c["column_name"] == "subject_title"] == [None]
    titles = variables()["source_titles"]
    assert titles.keys() == all_sources().keys()
    assert [slug for slug, title in titles.items() if title == slug or len(title) > 40] == []


@pytest.mark.parametrize(
    "relation", ["ops.loads", "ops.rejects", "ops.quality_results", "raw.probe", "staging.probe", "marts.probe"]
)
def test_the_database_user_of_superset_reads_bi_only(relation: str, warehouse: Path) -> None:
    from mcu.warehouse.connect import connect

    owner = "loader" if relation.startswith("raw") else "transformer"
    if relation.endswith("probe"):
        with connect(owner) as conn:
            conn.execute(f"drop table if exists {relation}; create table {relation} as select 1 as n")
    with connect("reader") as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute(f"select * from {relation}")
    if relation.endswith("probe"):
        with connect(owner) as conn:
            conn.execute(f"drop table {relation}")
