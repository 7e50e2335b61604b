"""The rating in plain Python: from the exported counts to the score, by the definitions and not by the SQL."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from mcu.warehouse.dbt import PROJECT

CASE_MIX, MIN_UNITS, LEAST, MOST = 20, 5, 2, 200


@dataclass(frozen=True)
class Count:
    """A row of int_rating_counts: part of a month × recipient × block × theme × channel × measure."""

    part_on: date
    recipient: str
    block: str
    theme: str
    channel: str
    component: str
    items: int
    good: Fraction


def seed(name: str) -> list[dict[str, str]]:
    with (PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def to_12(value: Fraction) -> Fraction:
    """To twelve digits, half away from zero: what the marts store."""
    scaled = abs(value) * 10**12
    whole = int(scaled) + (scaled - int(scaled) >= Fraction(1, 2))
    return Fraction(whole if value >= 0 else -whole, 10**12)


def start(period: str, day: date) -> date:
    if period == "week":
        return day - timedelta(days=day.weekday())
    months = {"month": 1, "quarter": 3, "year": 12}[period]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


Key = tuple[date, str, str]
"""First day of the period, unit, measure."""


def shares(counts: list[Count], scheme: dict[str, str], units: dict[tuple[str, str], tuple[str, str]]) -> dict[
    Key, tuple[int, Fraction, Fraction, Fraction]
]:  # fmt: skip  # one line of types
    """(items, good, adjusted share, share of all) of each unit that the scheme rates."""
    everybody: dict[Any, list[Fraction]] = defaultdict(lambda: [Fraction(), Fraction()])
    own: dict[Any, list[Fraction]] = defaultdict(lambda: [Fraction(), Fraction()])
    for c in counts:
        if scheme["channel_code"] not in ("", c.channel):
            continue
        begin = start(scheme["period"], c.part_on)
        stratum = (c.part_on.replace(day=1), c.theme)
        found = units.get((c.recipient, c.block)) or units.get((c.recipient, ""))
        for sums, key in (
            (everybody, (begin, c.component)),
            (everybody, (begin, c.component, stratum)),
            *([(own, (begin, found[0], c.component, stratum))] if found else []),
        ):
            sums[key][0] += c.items
            sums[key][1] += c.good
    totals: dict[Key, list[Fraction]] = defaultdict(lambda: [Fraction(), Fraction(), Fraction()])
    for (begin, unit, component, stratum), (items, good) in own.items():
        all_items, all_good = everybody[begin, component]
        its_items, its_good = everybody[begin, component, stratum]
        expected = (its_good - good + CASE_MIX * all_good / all_items) / (its_items - items + CASE_MIX)
        for place, value in enumerate((items, good, items * expected)):
            totals[begin, unit, component][place] += value
    result = {}
    for (begin, unit, component), (items, good, expected) in totals.items():
        all_items, all_good = everybody[begin, component]
        adjusted = max(Fraction(), min(Fraction(1), (good - expected) / items + all_good / all_items))
        result[begin, unit, component] = (int(items), good, to_12(adjusted), to_12(all_good / all_items))
    return result


def prior(found: list[tuple[int, Fraction, Fraction, Fraction]], default: int) -> tuple[Fraction, Fraction]:
    """Share of the peers and how many items it is worth: the beta-binomial by the method of moments."""
    total = sum(items for items, *_ in found)
    share = sum((items * adjusted for items, _, adjusted, _ in found), Fraction()) / total
    spread_items = total - Fraction(sum(items**2 for items, *_ in found), total)
    worth = Fraction(default)
    if len(found) >= MIN_UNITS and 0 < share < 1 and spread_items > len(found) - 1:
        spread = sum((items * (adjusted - share) ** 2 for items, _, adjusted, _ in found), Fraction())
        excess = spread / (share * (1 - share)) - (len(found) - 1)
        correlation = excess / (spread_items - (len(found) - 1))
        worth = Fraction(MOST) if correlation <= Fraction(1, MOST + 1) else max(Fraction(LEAST), 1 / correlation - 1)
    peers = (share * total + found[0][3] * default) / (total + default)
    return to_12(peers), to_12(worth)


def contributions(
    counts: list[Count], scheme: dict[str, str], units: dict[tuple[str, str], tuple[str, str]]
) -> dict[Key, Decimal]:
    """Points of each component of each unit, cut to four digits."""
    found = shares(counts, scheme, units)
    parts = [row for row in seed("rating_components") if row["scheme_code"] == scheme["scheme_code"]]
    peers_of = dict(units.values())
    priors = {}
    for begin, peers, component in {(b, peers_of[u], c) for b, u, c in found}:
        rows = [row for (b, u, c), row in found.items() if (b, peers_of[u], c) == (begin, peers, component)]
        priors[begin, peers, component] = prior(rows, int(scheme["prior_items"]))
    result = {}
    for begin, unit in {(b, u) for b, u, _ in found}:
        used = [row for row in parts if (begin, peers_of[unit], row["component_code"]) in priors]
        weights = sum((Fraction(row["weight"]) for row in used), Fraction())
        for row in used:
            code = row["component_code"]
            share, worth = priors[begin, peers_of[unit], code]
            items, _, adjusted, _ = found.get((begin, unit, code), (0, None, Fraction(), None))
            items = items if items >= int(row["min_items"]) else 0
            shrunk = (share * worth + adjusted * items) / (worth + items)
            worst, best = Fraction(row["worst_share"]), Fraction(row["best_share"])
            within = max(Fraction(), min(Fraction(1), (shrunk - worst) / (best - worst)))
            points = 100 * Fraction(row["weight"]) / weights * within
            result[begin, unit, code] = Decimal(int(points * 10**4 + Fraction(1, 2 * 10**4))) / 10**4
    return result


def units(scheme: dict[str, str]) -> dict[tuple[str, str], tuple[str, str]]:
    """(recipient, block or '') → (unit, peers), by the names of the seeds."""
    patterns = sorted(seed("peer_groups"), key=lambda row: int(row["sort_order"]))
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for row in sorted(seed("recipients"), key=lambda row: row["valid_from"]):
        code, place = row["recipient_code"], row["municipality_code"]
        group = next(g for g in patterns if re.search(g["title_pattern"], row["title"]))
        is_asked = scheme["peers"] != "settlements" or group["group_code"] == "settlements"
        if group["is_rated"] != "true" or not is_asked or scheme["municipality_code"] not in ("", place):
            continue
        if scheme["peers"] == "municipalities":
            found[code, ""] = (place, "municipalities")
        elif scheme["peers"] in ("blocks", "branches"):
            for block in seed("sector_blocks"):
                if block["municipality_code"] == place:
                    peers = place if scheme["peers"] == "blocks" else block["branch_code"]
                    found[code, block["block_code"]] = (block["block_code"], peers)
        else:
            found[code, ""] = (code, f"{place} {group['group_code']}")
    return found
