"""Which files name a source, an indicator or a municipality: those that the README lists for a new one, no others."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from functools import cache

import pytest

from ground import ROOT

FOLDERS = ("dags", "dbt_project", "expectations", "plugins", "superset")
ELSEWHERE = ("plugins/demo_city/*", "*unit_tests.yml", "*.md", "*/requirements.txt")
"""The demonstration invents its own systems; unit tests and pages use real names as examples."""


@cache
def texts() -> dict[str, str]:
    """Path → text of everything that runs on a server."""
    files = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file())
    named = {path.relative_to(ROOT).as_posix(): path for path in files if path.suffix not in (".pyc", ".svg", ".docx")}
    return {
        name: path.read_text(encoding="utf-8")
        for name, path in named.items()
        if not any(fnmatch(name, pattern) for pattern in ELSEWHERE)
    }


def places(word: str) -> set[str]:
    """The files that say `word`, or are called so."""
    whole = re.compile(rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9]|_[a-z0-9])")
    return {name for name, text in texts().items() if whole.search(text) or whole.search(name)}


@pytest.mark.parametrize(
    ("slug", "relations", "seeds"),
    [
        ("oer", ["events", "items", "versions"], ["automatic_channels", "channels", "deadline_rules"]),
        ("ecpur", ["measures", "unread"], []),
    ],
)
def test_a_source_is_its_spec_its_staging_and_rows_of_seeds(slug: str, relations: list[str], seeds: list[str]) -> None:
    """Three places: the spec, the folder of staging, rows of reference data."""
    folder = f"dbt_project/models/staging/{slug}"
    assert places(slug) == {
        f"dags/sources/{slug}.yml",
        *(f"{folder}/stg_{slug}__{relation}.sql" for relation in relations),
        *(f"dbt_project/seeds/{seed}.csv" for seed in seeds),
    }


@pytest.mark.parametrize("code", ["deferred_share", "registration_on_time_share"])
def test_an_indicator_is_its_sql_its_row_and_its_page(code: str) -> None:
    """Its plan is optional. The figures of other bodies, the tiles of a dashboard and the list of what may be public
    may name it; a view for people may have a column of the same name."""
    found = {name for name in places(code) if not fnmatch(name, "*/marts/bi/*") and "/warehouse/datasets/" not in name}
    optional = {
        "dbt_project/seeds/indicator_plans.csv",
        "dbt_project/seeds/external_figure_codes.csv",
        "plugins/mcu/publications/open_data/dataset.py",
    }
    assert {name for name in found - optional if not fnmatch(name, "superset/assets/*/charts/*")} == {
        f"dbt_project/models/marts/indicators/ind_{code}.sql",
        "dbt_project/seeds/indicators.csv",
    }
    assert (ROOT / "docs" / "indicators" / f"{code}.md").exists()


@pytest.mark.parametrize("code", ["giaginsky", "lomonosovsky"])
def test_a_municipality_is_rows_of_seeds(code: str) -> None:
    """A source's spec may name the municipality of a page, and its act may set a rating or an addressee of its own."""
    seeds = (
        "municipalities",
        "sector_blocks",
        "topic_blocks",
        "recipients",
        "municipality_map",
        "recipient_map",
        "block_heads",
    )
    optional = {"dbt_project/seeds/rating_schemes.csv", "dbt_project/seeds/publication_addressees.csv"}
    found = {name for name in places(code) - optional if not fnmatch(name, "dags/sources/*.yml")}
    assert found == {f"dbt_project/seeds/{seed}.csv" for seed in seeds}
