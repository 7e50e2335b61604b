"""The two gates. A failed critical rule stops the load (raw) or publishing (mart); a warning raises an alert."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import sql

from mcu.alerts.incidents import alert, recover
from mcu.alerts.mail import send_pending
from mcu.errors import UserError
from mcu.plain_text import one_line
from mcu.privacy.patterns import EMAIL, PHONE
from mcu.quality.checkpoint import RuleResult, evaluate
from mcu.quality.results import store_results
from mcu.quality.rules import Stage, fill, rules, shared, suite
from mcu.settings import settings
from mcu.sources.registry import all_sources, get_source, source_titles
from mcu.warehouse import restated, transform_runs
from mcu.warehouse.connect import Role, connect
from mcu.warehouse.copies import publish, transform_lock
from mcu.warehouse.dbt import feedback_sources, other_sources, project_variable


@dataclass(frozen=True)
class GateVerdict:
    """What a gate found. `failed` includes warnings; only a critical rule makes `passed` false."""

    passed: bool
    failed: list[RuleResult] = field(default_factory=list)
    message: str = ""

    def raise_if_blocked(self) -> None:
        """Raises GateBlocked if the gate is closed, to end the task."""
        if not self.passed:
            raise GateBlocked(self.message)


class GateBlocked(UserError):
    """A gate is closed. Each failed rule has raised its own alert, so the failed task raises none."""

    code = "gate_blocked"
    is_reported = True


QUIET = timedelta(hours=24)
"""A warning about loads ends after no load of the source has shown it for this long."""

_JUDGED = ("landed", "quarantined", "accepted")


def raw_gate(load_id: int | None) -> GateVerdict:
    """Judge one load: accept it or quarantine it. None, a load that brought nothing, is not judged.

    A load accepted earlier stays accepted whatever a later check finds. Raises UserError if the load does not exist or
    is incomplete, RuleBroken if a rule cannot be evaluated."""
    if load_id is None:
        return GateVerdict(True, message="Новых данных нет: проверять нечего.")
    from mcu.landing import ledger

    with connect("loader") as conn:
        load = ledger.find_load(conn, load_id)
    if load.status not in _JUDGED:
        raise UserError(f"Загрузку № {load_id} нельзя проверить: она не записана до конца.")
    spec = get_source(load.source_slug)
    values = {
        "table": sql.Identifier(*spec.raw_table.split(".")),
        "load_id": load_id,
        "slug": spec.slug,
        "id": spec.record.id,
        "required": spec.record.required,
        "times": spec.record.times,
        "instants": [*spec.record.times, *spec.record.due_dates],
        "personal": spec.personal.identity + spec.personal.drop,
        "as_of": settings().as_of or datetime.now(UTC),
    }
    results = _check("raw", "loader", values | {"dates": shared("dates_of_load", values)})
    store_results(results, str(load_id), None)
    where = f"Загрузка № {load_id}" + (f", файл {load.file_name}" if load.file_name else "")
    verdict = _verdict(results, f"{where}: {spec.title}")
    if verdict.passed:
        ledger.accept(load_id)
    elif load.status != "accepted":
        ledger.quarantine(load_id, verdict.message)
    _report(results, where, {spec.slug: spec.title})
    return verdict


def mart_gate() -> GateVerdict:
    """Judge the marts that wait in the next copy. If they pass, people read them from now on; if not, the last good
    ones stay. `ops.transform_runs` records the verdict."""
    with transform_lock() as conn:
        run = transform_runs.standing(conn, "next")
        if run is None or not run.is_waiting:
            return GateVerdict(True, message="Новых витрин нет: проверять нечего.")
        verdict = _judge_marts(run.as_of)
        if verdict.passed:
            with conn.transaction():
                restated.record(conn, transform_runs.standing(conn, "published"), run)
                publish(conn, run.run_id, verdict.message)
        else:
            transform_runs.mark_blocked(conn, run.run_id, verdict.message)
    send_pending()  # what the gates of the loads and of the marts have warned of, a letter a rule
    return verdict


def _judge_marts(as_of: datetime) -> GateVerdict:
    results = _check(
        "mart",
        "transformer",
        {
            "as_of": as_of,
            "sources": json.dumps(
                [{"slug": s.slug, "hours": s.cadence.expected_every_working_hours} for s in all_sources().values()]
            ),
            "missing_refs": _missing_refs(),
        },
    )
    store_results(results, as_of.astimezone(UTC).isoformat(), as_of)
    local = f"{as_of.astimezone(settings().tz):%d.%m.%Y %H:%M}"
    verdict = _verdict(results, f"Витрины на {local}")
    _report(results, f"Витрины на {local}", source_titles())
    return verdict


def _check(stage: Stage, role: Role, context: Mapping[str, Any]) -> list[RuleResult]:
    """Evaluate every rule of the stage. A rule reads the shared values, those of `context` and its own thresholds."""
    shared = {"tz": settings().timezone, "phone": PHONE, "email": EMAIL}
    checks = {
        code: (rules()[code], fill(code, text, {**shared, **context, **rules()[code].thresholds}))
        for code, text in suite(stage).items()
    }
    return evaluate(f"{stage}_gate", role, checks)


def _verdict(results: Sequence[RuleResult], subject: str) -> GateVerdict:
    failed = [result for result in results if not result.is_passed]
    critical = [result for result in failed if result.is_critical]
    faults = "; ".join(f"{r.rule.code} «{r.rule.title}» ({r.subject}: {r.observed})" for r in critical or failed)
    if critical:
        return GateVerdict(False, failed, f"{subject}: критические проверки не пройдены: {faults}.")
    warned = f", есть предупреждения: {faults}" if failed else ""
    return GateVerdict(True, failed, f"{subject}: проверки пройдены{warned}.")


def _report(results: Sequence[RuleResult], where: str, titles: Mapping[str, str]) -> None:
    """Raise an alert for each failed rule and subject; close the alert of each that holds again."""
    for result in results:
        slug, colon, part = result.subject.partition(": ")
        rule, subject = result.rule, titles.get(slug, slug) + colon + part
        cause = f"quality:{rule.code}:{result.subject}"
        if result.is_passed:
            is_of_a_load = rule.stage == "raw" and rule.severity == "warning"
            recover(cause, quiet=QUIET if is_of_a_load else timedelta(0))
        elif rule.severity != "info":
            body = [
                f"Проверка:   {rule.code} «{rule.title}»",
                f"Где:        {subject} ({where})",
                f"Обнаружено: {one_line(result.observed)}",
                f"Порог:      {rule.threshold_text}",
                f"Сколько:    {result.failed_count}",
            ]
            body += [f"Примеры:    {', '.join(map(one_line, result.examples))}"] if result.examples else []
            alert(cause, rule.severity, rule.owner, _title(result, subject), "\n".join([*body, "", rule.advice]))


def _title(result: RuleResult, subject: str) -> str:
    what = {
        ("raw", True): "Загрузка помещена в карантин, не пройдена проверка",
        ("mart", True): "Витрины не прошли проверку, публикация остановлена:",
    }.get((result.rule.stage, result.is_critical), "Не пройдена проверка")
    return f"{what} «{result.rule.title}» ({subject})"


def _missing_refs() -> sql.Composable:
    """A query of the first lost records (slug, record_ref) of each source with a raw table.
    It reads raw only for sources that the reconciliation reports a loss for."""
    with connect("loader") as conn:
        tables = {name for (name,) in conn.execute("select tablename from pg_tables where schemaname = 'raw'")}
    one = """
        select lost.* from marts_next.rpt_reconciliation as found
        cross join lateral (
            select distinct {slug}::text as slug, r.record_ref
            from {table} as r join ops.loads as l on l.load_id = r.load_id and l.status = 'accepted'
            where found.missing > 0 and {lost}
            limit 5
        ) as lost
        where found.source_slug = {slug}
    """
    nowhere = """
        not exists (select from {mart} as f where f.source_slug = l.source_slug and f.record_ref = r.record_ref)
    """
    relations, marts = feedback_sources() | other_sources(), project_variable("relation_marts")
    parts = []
    for slug, filled in relations.items():
        ends = [marts[relation] for relation in filled if relation in marts]
        if slug in tables and ends:
            absent = [sql.SQL(nowhere).format(mart=sql.Identifier("marts_next", mart)) for mart in ends]
            names = {"slug": sql.Literal(slug), "table": sql.Identifier("raw", slug)}
            parts.append(sql.SQL(one).format(lost=sql.SQL(" and ").join(absent), **names))
    nothing = sql.SQL("select null::text as slug, null::text as record_ref where false")
    return sql.SQL(" union all ").join([nothing, *parts])
