"""Why one item counts otherwise than in the earlier revision: by what is known of it now and then, and by the loads
accepted in between. The data come first: where a record has changed, the figures follow it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import DictRow

from mcu.publications.causes import CAUSES, TIME, UNKNOWN

Body = dict[str, Any]
"""What is kept of a month: `rules`: rule → fingerprint of its row; `items`: key → what is known of an item (`source`,
`ref`, `place`, `flags`, `origin`, `deadlines`), and `adds`: indicator → [numerator, denominator]."""

LATE = "запись поступила после публикации"
CORRECTED = "источник исправил запись"
RELATED = "поступила или исправлена связанная запись"
MERGED = "записи объединены или разъединены"
ORDER = [LATE, CORRECTED, RELATED, MERGED, *CAUSES.values(), TIME, UNKNOWN]
"""The order in which the causes of a figure are named and applied."""

_KNOWN = """
    select f.feedback_key::text as key, f.source_slug as source, f.record_ref as ref, f.municipality_code as place,
           (case when f.is_repeat then 'R' else '' end) || (case when f.is_duplicate then 'D' else '' end) as flags,
           coalesce(f.repeat_of_key, f.duplicate_of_key)::text as origin,
           coalesce(d.deadlines, '[]') as deadlines
    from marts.fct_feedback as f
    left join lateral (
        select jsonb_agg(jsonb_build_array(s.stage, s.rule_code, s.due_at) order by s.stage) as deadlines
        from marts.fct_deadlines as s
        where s.feedback_key = f.feedback_key and (s.answer is not null or s.stage = 'registration')
    ) as d on true
    where f.feedback_key = any(%s::uuid[])
"""

_VERSIONS = """
    select v.record_ref, min(l.accept_no) as first, max(l.accept_no) as last
    from {} as v join ops.loads as l using (load_id)
    where l.status = 'accepted' and l.accept_no <= %s and v.record_ref = any(%s)
    group by 1
"""

_JOINED = """
    select feedback_key::text as one, other_key::text as other from ops.matter_links where said_at > %(since)s
    union all
    select feedback_key::text, other_key::text from ops.problem_edits where said_at > %(since)s
"""


def known_items(cursor: psycopg.Cursor[DictRow], keys: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What the marts know of items, by key."""
    asked = list(keys)
    rows = cursor.execute(_KNOWN, [asked]).fetchall() if asked else []
    return {row["key"]: {name: value for name, value in row.items() if name != "key"} for row in rows}


def order(cause: str) -> tuple[int, str]:
    """Where a cause stands; several named together stand where their first one does."""
    first = cause.split("; ")[0]
    return (ORDER.index(first) if first in ORDER else len(ORDER), cause)


def find(
    cursor: psycopg.Cursor[DictRow],
    last: Mapping[str, Any],
    row: Mapping[str, Any],
    before: Body,
    now: Body,
    keys: Iterable[str],
) -> dict[str, str]:
    """The cause of each of `keys`, items whose part in a figure has changed between the revisions `last` and `row`."""
    keys = set(keys)
    old = {key: before["items"].get(key) for key in keys}
    new = known_items(cursor, keys)
    items = {key: old[key] or new.get(key) or {} for key in keys}
    origins = {item["origin"] for source in (old, new) for item in source.values() if item and item.get("origin")}
    touched = _touched(cursor, last, row, items | known_items(cursor, origins - keys))
    joined = {
        key
        for link in cursor.execute(_JOINED, {"since": last["made_at"]})
        for key in (link["one"], link["other"])
        if key
    }
    changed = {part for part in CAUSES if last["versions"].get(part) != row["versions"].get(part)}
    rules = (before["rules"], now["rules"])
    found = {}
    for key in keys:
        causes = [touched[key]] if key in touched else []
        causes += _by_definitions(old[key], new.get(key), rules, changed, is_touched=bool(causes))
        if not causes:
            causes = _by_others(old[key], new.get(key), touched, joined, key)
        found[key] = "; ".join(dict.fromkeys(causes)) or _by_versions(changed, last, row)
    return found


def _touched(
    cursor: psycopg.Cursor[DictRow], last: Mapping[str, Any], row: Mapping[str, Any], items: Mapping[str, Any]
) -> dict[str, str]:
    """The items of which a load accepted after the earlier revision brought the first or another version."""
    by_source: dict[str, dict[str, str]] = defaultdict(dict)
    for key, item in items.items():
        if item.get("source"):
            by_source[item["source"]][item["ref"]] = key
    since, upto = last["versions"].get("accepted_upto"), row["versions"]["accepted_upto"]
    found: dict[str, str] = {}
    if since is None or since == upto:
        return found
    for source, refs in by_source.items():
        query = sql.SQL(_VERSIONS).format(sql.Identifier("raw", source))
        for version in cursor.execute(query, [upto, list(refs)]):
            if version["last"] > since:
                found[refs[version["record_ref"]]] = LATE if version["first"] > since else CORRECTED
    return found


def _by_definitions(
    old: Mapping[str, Any] | None,
    new: Mapping[str, Any] | None,
    rules: tuple[Mapping[str, str], Mapping[str, str]],
    changed: set[str],
    *,
    is_touched: bool,
) -> list[str]:
    """Rules, calendar and maps that the item itself shows. The due time of a record that has changed proves nothing of
    the calendar, nor its municipality of the maps."""
    if not old or not new:
        return []
    causes = []
    then, since = ({stage: (rule, due) for stage, rule, due in one.get("deadlines", [])} for one in (old, new))
    shared = then.keys() & since.keys()
    by_rule = {s for s in shared if rules[0].get(then[s][0]) != rules[1].get(since[s][0])}
    if by_rule and "rules" in changed:
        causes.append(CAUSES["rules"])
    if not is_touched:
        if "calendar" in changed and any(then[s][1] != since[s][1] for s in shared - by_rule):
            causes.append(CAUSES["calendar"])
        if "maps" in changed and old.get("place") != new.get("place"):
            causes.append(CAUSES["maps"])
    return causes


def _by_others(
    old: Mapping[str, Any] | None,
    new: Mapping[str, Any] | None,
    touched: Mapping[str, str],
    joined: set[str],
    key: str,
) -> list[str]:
    """Other records: what an item repeats came or changed, or people joined two."""
    origins = {one["origin"] for one in (old, new) if one and one.get("origin")}
    if origins & touched.keys():
        return [RELATED]
    if ({key} | origins) & joined:
        return [MERGED]
    return []


def _by_versions(changed: set[str], last: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """What the versions of both revisions say; new loads are no cause of an item that they did not touch, unless
    nothing else is."""
    own = [words for part, words in CAUSES.items() if part in changed and part != "accepted_upto"]
    if own:
        return "; ".join(own)
    if "accepted_upto" in changed:
        return RELATED
    return TIME if last["as_of"] != row["as_of"] else UNKNOWN
