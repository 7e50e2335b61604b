"""Every list of every dashboard: what burns most stands first, and each row says which of how many it is, so that a cut
list shows where it was cut."""

from __future__ import annotations

import json
from typing import Any

import pytest

from deploy import bundle

ORDERS = {
    "obstanovka/call": [["place_in_municipality", True]],  # the first of each municipality, then the second ones
    "obstanovka/tomorrow": [["place_in_due", True]],
    "obstanovka/week": [["order", True]],
    "obstanovka/unknowns": [["weight", True], ["what", True]],  # what stopped the data first
    "sroki/by_recipient": [["overdue_in_municipality", True]],
    "sroki/deadlines": [["due_at", True]],  # the oldest debt first
    "sroki/risk": [["expected_misses", False]],
    "sroki/clocks": [["place_in_municipality", True]],
    "sroki/unowned": [["is_overdue", False], ["due_at", True], ["received_at", True]],
    "sroki/explanations": [["expected_miss_share", False], ["due_at", True]],  # the likeliest miss first
    # places of different municipalities are no one order
    "rejting/rating": [
        *(["municipality", True], ["period_month", False], ["peers_order", True], ["is_rated", False], ["rank", True]),
    ],
    "rejting/components": [
        *(["municipality", True], ["period_start", False], ["peers_order", True], ["is_rated", False], ["rank", True]),
        *(["unit", True], ["component_no", True]),  # where most points were lost first
    ],
    "rejting/schemes": [
        *(["scheme", True], ["period_start", False], ["municipality", True], ["peers_order", True]),
        *(["peer_group", True], ["is_rated", False], ["rank", True]),
    ],
    "problemy/areas": [["kind", False], ["rank_no", True], ["municipality", True]],
    "problemy/problems": [["place_in_municipality", True], ["municipality", True]],
    "problemy/map_places": [["areas_count", False], ["open_count", False], ["title", True]],
    "problema/about": [["burning", False]],
    "problema/items": [["received_at", True]],  # a card tells how it went, from the first message on
    "problema/measures": [["is_overdue", False], ["planned_on", True]],
    "problemy/surges": [["is_running", False], ["last_on", False], ["deviation", False]],
    "problemy/silences": [["is_running", False], ["expected_count", False], ["last_on", False]],
    "problemy/measure_checks": [["is_named", False], ["people_after", False], ["done_on", True]],
    "problemy/lists": [["is_current", False], ["people", False], ["municipality", True], ["topic", True]],
    "pokazateli/indicators": [["order", True]],  # the catalogue's order, as in the package
    "pokazateli/by_month": [["months_order", False]],
    "pokazateli/external": [["size", False]],  # the widest difference first
    "pokazateli/publications": [["revision", False], ["made_at", False]],
    "kachestvo/unknowns_all": [["weight", True], ["what", True]],
    "kachestvo/unmatched": [["unmatched_count", False]],
    "kachestvo/sources": [["trouble", False], ["waiting_rejects_count", False]],
    "kachestvo/rejects": [["waiting_count", False]],
    "kachestvo/quality": [["failed_last", False]],  # critical faults first
    "ocenki/response": [["response_share", True]],  # who is known least first
    "ocenki/by_recipient": [["place_in_slice", True], ["municipality", True]],
    "ocenki/by_slice": [["slice", True], ["place_in_slice", True], ["municipality", True]],
    # in each week the evidence in the words or the minutes first
    "ocenki/audit": [["week_start", False], ["municipality", True], ["is_strong", False], ["place", True]],
    "otrasli/load": [["place_in_municipality", True]],
    "otrasli/measures": [["days_left", True]],
    "otrasli/workload": [["place_in_municipality", True], ["municipality", True]],  # most work in hand first
    "otrasli/staff": [["place_in_municipality", True]],
    "otrasli/transfers": [["transfers_count", False], ["returns_count", False], ["received_at", True]],
    "otrasli/dwell": [["slow_working_hours", False]],
    "otrasli/transitions": [["order_of_state", True]],  # in the order of an item's life
    # what somebody has to do first
    "otrasli/recommendations": [["status_order", True], ["municipality", True], ["text", True]],
    "ocenki/templates": [["uses_count", False]],
    "kanaly/by_channel": [["received", False]],
    "kanaly/pages": [["order", True]],  # who has been silent longest first
    "kanaly/votes": [["is_running", False], ["ended_on", False], ["record_ref", True], ["option_no", True]],
}
"""Chart → its order: column or metric, and whether the least comes first. A new list must say its own."""

WHOLE = {
    "kachestvo/quality", "pokazateli/indicators", "pokazateli/by_month", "obstanovka/week", "ocenki/response",
    "problema/about",
}  # fmt: skip  # a table
"""Lists that are shorter than their limit by their nature: one row a rule and subject, an indicator and month, a flow,
a municipality, the one problem of a card."""

RANKED = {
    "rejting/rating": ("places", "places"),
    "rejting/schemes": ("places", "places"),
    "problemy/areas": ("number", "rank_no || ' из ' || count(*) over (partition by municipality, kind)"),
}
"""Lists whose place the marts give: the column that shows it, and how."""

COUNTED = {"problema/items": "items_count", "problemy/problems": "sum(block_problems_count) over ("}
"""How many there are where the view says it: it holds the first rows only, or is read up to the last row shown."""

WITHIN = {
    "rejting/components": "component_no",
    "ocenki/by_slice": "place_in_slice",
    "ocenki/audit": "is_strong",
}
"""Lists of groups of rows: the key that orders the rows of a group, which are numbered within it."""

MAY_BE_EMPTY = {
    *("problemy/areas", "problemy/problems", "problemy/surges", "problemy/silences", "problemy/measure_checks"),
    *("problemy/map", "problemy/map_places", "problemy/lists", "problemy/expected"),
    *("ocenki/audit", "otrasli/transfers", "otrasli/staff"),
    *("otrasli/recommendations", "problema/about", "problema/by_week", "problema/items", "problema/measures"),
}
"""Tiles without a row on a good day, or where a source or the history is missing. Any other empty tile is a fault."""

CARDS = ("card", "link", "line", "summary", "picture")
"""Tables whose rows are no list but tiles, links or a sentence."""


def charts() -> dict[str, dict[str, Any]]:
    """Each list, by its folder and file."""
    bodies = {
        name.removeprefix("charts/").removesuffix(".yaml"): body
        for name, body in bundle.read().items()
        if name.startswith("charts/") and body["viz_type"] == "table"
    }
    return {name: body for name, body in bodies.items() if not shown(body).intersection(CARDS) | cards(body)}


def cards(body: dict[str, Any]) -> set[str]:
    return {name for name in shown(body) if name.startswith("card_")}


def shown(body: dict[str, Any]) -> set[str]:
    return {*body["params"].get("all_columns", []), *body["params"].get("metrics", [])}


def dataset(uuid: str) -> dict[str, Any]:
    (found,) = [b for n, b in bundle.read().items() if n.startswith("datasets/") and b["uuid"] == uuid]
    return found


def order(params: dict[str, Any]) -> list[list[Any]]:
    if params["query_mode"] == "raw":
        return [json.loads(key) for key in params["order_by_cols"]]
    return [[params["timeseries_limit_metric"], not params["order_desc"]]]


def test_every_list_has_an_order_of_its_own() -> None:
    assert {name: order(body["params"]) for name, body in charts().items()} == ORDERS


@pytest.mark.parametrize("name", sorted(set(ORDERS) - WHOLE))
def test_each_row_says_which_of_how_many_it_is(name: str) -> None:
    body = charts()[name]
    named = expressions(body)
    if name in RANKED:
        column, expression = RANKED[name]
        assert named[column] == expression and column in shown(body)
        return
    numbers = shown(body) & {"number"} or {o for o in shown(body) if o == "place" or o.startswith("place_of_")}
    (place,) = [named[one] for one in numbers]
    first, is_up = next(key for key in order(body["params"]) if key[0] == WITHIN.get(name, key[0]))
    # a place in the municipality is ordered by itself, any other as the list is
    ordering = (
        named[first].split(" - ")[0]
        if "row_number()" in named[first]
        else f"order by {named[first]}{'' if is_up else ' desc'}"
    )
    assert ordering.removesuffix(")") in place, "numbered as it is ordered"
    assert name in WITHIN or "row_number()" in named[first] or f"({ordering}" in place, "numbered from first to last"
    assert f"' из ' || {COUNTED.get(name, 'count(*) over (')}" in place


def expressions(body: dict[str, Any]) -> dict[str, str]:
    """What each column and metric of the list's dataset is."""
    data = dataset(body["dataset_uuid"])
    named = {c["column_name"]: c.get("expression") or c["column_name"] for c in data["columns"]}
    return named | {m["metric_name"]: m["expression"] for m in data["metrics"]}


@pytest.mark.parametrize(
    "name",
    [
        *("obstanovka/call", "obstanovka/tomorrow", "sroki/by_recipient", "ocenki/by_recipient", "otrasli/load"),
        *("problemy/problems", "otrasli/workload", "otrasli/staff"),
    ],
)
def test_places_of_municipalities_are_never_mixed(name: str) -> None:
    """A list of recipients, blocks or problems is numbered within each municipality."""
    body = charts()[name]
    params = body["params"]
    assert "partition by municipality" in expressions(body)[order(params)[0][0]]
    assert "municipality" in params.get("groupby", []) + params.get("all_columns", [])


def test_only_tiles_that_say_so_may_be_empty() -> None:
    uuids = {body["uuid"]: name for name, body in bundle.read().items() if name.startswith("charts/")}
    named = {uuids[one].removeprefix("charts/").removesuffix(".yaml") for one in bundle.may_be_empty()}
    assert named == MAY_BE_EMPTY


def test_the_chart_of_weeks_is_limited_by_the_instant_of_the_marts() -> None:
    params = bundle.read()["charts/kanaly/by_week.yaml"]["params"]
    assert [(f["subject"], f["operator"], f["comparator"]) for f in params["adhoc_filters"]] == [("weeks_ago", "<", 53)]


def test_municipalities_are_compared_by_branches() -> None:
    assert bundle.read()["charts/otrasli/by_block.yaml"]["params"]["x_axis"] == "branch"


def test_at_most_six_series_are_told_apart_by_colour() -> None:
    assert bundle.read()["charts/kanaly/by_day.yaml"]["params"]["groupby"] == ["channel_group"]
