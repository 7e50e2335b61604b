"""Figures of months that were over, moved by a changed definition: `ops.restated` keeps each of them with its cause,
and `ops.restated_ratings` each score and place of a rating.

They are found when marts of another definition are about to be published: the copy that people read still holds the
figures as they were."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

import psycopg

from mcu.settings import settings
from mcu.warehouse.dbt import state
from mcu.warehouse.definitions import changed_files
from mcu.warehouse.transform_runs import TransformRun

TITLES = {
    "automatic_channels": "каналы с автоматизированной доставкой",
    "block_heads": "ответственные за отраслевые блоки",
    "calendar_corrections": "исправления производственного календаря",
    "calendar_days": "производственный календарь",
    "channel_kinds": "виды обращений по каналам",
    "channels": "каналы поступления",
    "deadline_rules": "правила сроков",
    "indicator_plans": "плановые значения",
    "indicators": "перечень показателей",
    "kinds": "виды обращений и сообщений",
    "municipality_map": "соответствие муниципалитетов",
    "peer_groups": "группы сравнимых исполнителей",
    "rating_components": "составляющие и веса рейтинга",
    "rating_measures": "показатели рейтинга",
    "rating_schemes": "схемы рейтинга",
    "recipient_map": "соответствие исполнителей",
    "recipients": "перечень исполнителей",
    "repeat_rules": "правила повторных и дубликатов",
    "sector_blocks": "отраслевые блоки",
    "stages": "этапы рассмотрения",
    "status_map": "соответствие состояний",
    "statuses": "состояния",
    "topic_blocks": "тематики отраслевых блоков",
    "topic_map": "соответствие тематик",
    "topics": "перечень тематик",
    "work_schedules": "рабочее время",
}
"""Reference data in the words of those who keep it."""


def record(conn: psycopg.Connection, before: TransformRun | None, after: TransformRun) -> int:
    """Store each figure and each place that differ between the published copy and the one that waits, if their
    definitions differ. Returns how many there are."""
    if before is None or before.definition_hash == after.definition_hash:
        return 0
    has_new_data = (before.accepted_upto, before.as_of) != (after.accepted_upto, after.as_of)
    changed = changed_files(conn, before.definition_hash, after.definition_hash)
    manifest, until = _manifest(), {"as_of": before.as_of, "tz": str(settings().tz)}
    moved = conn.execute(_MOVED, until).fetchall()
    causes = causes_of({code for code, *_ in moved}, changed, manifest, has_new_data=has_new_data)
    with conn.cursor() as cursor:
        cursor.executemany(_INSERT, [[after.run_id, *row, causes[row[0]]] for row in moved])
    cause = cause_of("fct_ratings", changed, manifest, has_new_data=has_new_data)
    return len(moved) + _record_places(conn, until | {"run_id": after.run_id, "cause": cause})


def _record_places(conn: psycopg.Connection, given: Mapping[str, Any]) -> int:
    """0 if the published marts are of a version that had no such ratings."""
    try:
        with conn.transaction():
            return conn.execute(_MOVE_PLACES, given).rowcount
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn):
        return 0


def causes_of(
    indicators: Iterable[str], changed: Iterable[str], manifest: Mapping[str, Any], *, has_new_data: bool
) -> dict[str, str]:
    """Indicator → why its figures moved, in Russian: what it is computed from and has changed."""
    changed = list(changed)
    return {code: cause_of(f"ind_{code}", changed, manifest, has_new_data=has_new_data) for code in indicators}


def cause_of(model: str, changed: Iterable[str], manifest: Mapping[str, Any], *, has_new_data: bool) -> str:
    """What a model is computed from and has changed; everything that has changed, if it reads none of that."""
    changed = list(changed)
    more = "; кроме того, поступили новые данные" if has_new_data else ""
    read = _read_by(model, manifest)
    names = [_title(file) for file in changed if file in read] or [_title(file) for file in changed]
    listed = ", ".join(dict.fromkeys(names)) or "правила, справочники или расчёт"
    return f"изменены определения: {listed}{more}"


def _read_by(model: str, manifest: Mapping[str, Any]) -> set[str]:
    """Files of all that a model reads, however far below it, and of the macros that make it; the plans too."""
    nodes = {**manifest.get("nodes", {}), **manifest.get("macros", {})}
    waiting = [key for key, node in nodes.items() if node.get("name") in (model, "indicator_plans")]
    seen: set[str] = set()
    while waiting:
        key = waiting.pop()
        if key in seen or key not in nodes:
            continue
        seen.add(key)
        depends = nodes[key].get("depends_on", {})
        waiting += [*depends.get("nodes", []), *depends.get("macros", [])]
    return {str(nodes[key].get("original_file_path")) for key in seen}


def _title(file: str) -> str:
    path = PurePosixPath(file)
    kinds = {"models": "расчёт", "macros": "расчёт", "functions": "расчёт"}
    if path.parts[0] in kinds:
        return f"{kinds[path.parts[0]]} {path.stem}"
    return TITLES.get(path.stem, path.name)


def _manifest() -> dict[str, Any]:
    """dbt's manifest of the last build; empty if there is none."""
    path = state() / "target" / "manifest.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


_MOVED = """
select
    indicator_code, municipality_code, period_month, b.numerator, b.denominator, b.value, b.plan_value,
    a.numerator, a.denominator, a.value, a.plan_value
from marts.fct_indicator_values as b
full join marts_next.fct_indicator_values as a using (indicator_code, municipality_code, period_month)
where
    -- an indicator that is new restates nothing
    indicator_code in (select indicator_code from marts.fct_indicator_values)
    and period_month + interval '1 month' <= %(as_of)s::timestamptz at time zone %(tz)s
    and (b.numerator, b.denominator, b.value, b.plan_value)
    is distinct from (a.numerator, a.denominator, a.value, a.plan_value)
order by 1, 2, 3
"""
_INSERT = """
insert into ops.restated
    (run_id, indicator_code, municipality_code, period_month, numerator_before, denominator_before, value_before,
     plan_before, numerator_after, denominator_after, value_after, plan_after, cause)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_MOVE_PLACES = """
insert into ops.restated_ratings
    (run_id, scheme_code, period, period_start, municipality_code, unit_code, items_before, score_before, rank_before,
     peers_before, items_after, score_after, rank_after, peers_after, cause)
select
    %(run_id)s, scheme_code, coalesce(b.period, a.period), coalesce(b.period_start, a.period_start),
    coalesce(a.municipality_code, b.municipality_code), unit_code, b.items_count, b.score, b.rank, b.peers_count,
    a.items_count, a.score, a.rank, a.peers_count, %(cause)s
from marts.fct_ratings as b
full join marts_next.fct_ratings as a using (period_key, scheme_code, unit_code)
where
    -- a scheme that is new restates nothing: nobody has read a place by it; periods outside its validity have no row
    scheme_code in (select scheme_code from marts.fct_ratings)
    and coalesce(b.period_start, a.period_start)
    + case coalesce(b.period, a.period) when 'quarter' then '3 months' else '1 ' || coalesce(b.period, a.period) end
    ::interval
    <= %(as_of)s::timestamptz at time zone %(tz)s
    and (round(b.score, 6), b.rank) is distinct from (round(a.score, 6), a.rank)
order by 2, 3, 4, 5, 6
"""
