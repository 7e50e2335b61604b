"""What the numbers of a note are: each can be counted again by its relation, expression and slice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import DictRow

from mcu.settings import settings


@dataclass(frozen=True)
class Metric:
    """`{zone}` in its SQL is the municipality's time zone. `day`: what `first` and `last` of a slice bound. `is_local`:
    every slice names a municipality."""

    title: str
    relation: str
    expression: str
    day: str = ""
    is_local: bool = True


def _flow(title: str, column: str) -> Metric:
    return Metric(title, "marts.fct_flows", f"coalesce(sum({column}), 0)", "date_on")


def _measures(title: str, condition: str, day: str = "planned_on") -> Metric:
    return Metric(title, "marts.rpt_measure_control", f"count(*) filter (where {condition})", day)


def _check(title: str, column: str) -> Metric:
    return Metric(title, "marts.rpt_measure_checks", f"coalesce(sum({column}), 0)", "done_on")


def _area(title: str, column: str) -> Metric:
    return Metric(title, "marts.rpt_problem_areas", f"coalesce(sum({column}), 0)")


def _review(title: str, condition: str) -> Metric:
    relation = "marts.fct_reply_reviews join marts.fct_feedback as f using (feedback_key)"
    return Metric(title, relation, f"count(*) filter (where is_latest and {condition})", "reviewed_on")


def _year(title: str, expression: str) -> Metric:
    return Metric(title, "marts.fct_indicator_values", expression, "period_month")


def _item(title: str, condition: str, day: str = "") -> Metric:
    """Of items that citizens sent; the columns of a slice are those of fct_feedback."""
    relation = "marts.fct_feedback as f left join (select feedback_key, status from marts.rpt_open_items) as o"
    expression = f"count(*) filter (where kind <> 'body_request' and {condition})"
    return Metric(title, f"{relation} using (feedback_key)", expression, day)


METRICS: dict[str, Metric] = {
    "flows.new": _flow("поступило впервые", "new_count"),
    "flows.repeat": _flow("поступило повторно", "repeat_count"),
    "flows.duplicate": _flow("поступило дублей", "duplicate_count"),
    "flows.overdue": _flow("нарушено сроков ответа", "overdue_count"),
    "flows.deferred": _flow("отложено решений", "deferred_count"),
    "flows.closed": _flow("завершено", "closed_count"),
    "measures.open": _measures("на контроле", "is_open"),
    "measures.overdue": _measures("просрочено исполнением", "is_overdue"),
    "measures.done": _measures("исполнено", "status_code = 'done'", "done_on"),
    "measures.done_late": _measures("исполнено с нарушением срока", "is_done_late", "done_on"),
    "measures.due": _measures("срок исполнения наступает", "is_open"),
    "measures.days_late": Metric(
        "дней после планового срока", "marts.rpt_measure_control", "-min(days_left)", "planned_on"
    ),
    "checks.days": _check("дней после отметки об исполнении", "days_after"),
    "checks.after": _check("обращений после отметки", "items_after"),
    "checks.before": _check("обращений до отметки", "items_before"),
    "checks.people": _check("заявителей после отметки", "people_after"),
    "checks.weeks": Metric("недель до отметки, с которыми сравнено", "marts.rpt_measure_checks", "", is_local=False),
    "open.all": Metric("в работе", "marts.rpt_open_items", "count(*)"),
    "open.overdue": Metric(
        "в работе с нарушенным сроком", "marts.rpt_open_items", "count(*) filter (where status = 'running_late')"
    ),
    "open.oldest_days": Metric(
        "дней после срока у самого давнего",
        "marts.rpt_open_items",
        "max((select (as_of at time zone {zone})::date from marts.dim_as_of) - (due_at at time zone {zone})::date)"
        " filter (where status = 'running_late')",
    ),
    "open.deferred": Metric(
        "отложено и не решено", "marts.fct_feedback", "count(*) filter (where is_open and is_deferred)"
    ),
    "risk.due": Metric(
        "истекает в ближайшие три рабочих дня", "marts.rpt_deadline_risk", "count(distinct feedback_key)"
    ),
    "risk.window": Metric("рабочих дней вперёд", "var risk.within", "", is_local=False),
    "votes.running": Metric(
        "идёт опросов и голосований",
        "marts.fct_votes",
        "count(distinct record_ref) filter (where ended_at > (select as_of from marts.dim_as_of))",
    ),
    "votes.ended": Metric(
        "завершено опросов и голосований",
        "marts.fct_votes",
        "count(distinct record_ref)",
        "(ended_at at time zone {zone})::date",
    ),
    "votes.cast": Metric("голосов", "marts.fct_votes", "coalesce(sum(votes_count), 0)"),
    "marks.given": Metric(
        "поставлено оценок",
        "marts.fct_feedback",
        "count(*) filter (where mark is not null and kind <> 'body_request')",
        "(marked_at at time zone {zone})::date",
    ),
    "marks.good": Metric(
        "оценок 4 и 5",
        "marts.fct_feedback",
        "count(*) filter (where mark >= 4 and kind <> 'body_request')",
        "(marked_at at time zone {zone})::date",
    ),
    "loads.held": Metric(
        "загрузок удержано проверкой", "ops.loads", "count(*) filter (where status = 'quarantined')", is_local=False
    ),
    "sources.failing": Metric("источников не отвечает", "ops.source_state", "count(failing_since)", is_local=False),
    "items.untitled": Metric(
        "поступило без известной темы",
        "marts.fct_feedback",
        "count(*) filter (where topic_code = 'unknown' and kind <> 'body_request')",
        "received_on",
    ),
    "areas.people": _area("заявителей в проблемной сфере", "people_count"),
    "areas.items": _area("поступило в проблемной сфере", "items_count"),
    "areas.expected": _area("ожидалось в проблемной сфере", "round(expected_count, 1)"),
    "areas.returned": _area("обратились снова после ответа", "returned_count"),
    "areas.overdue": _area("просрочено в проблемной сфере", "overdue_count"),
    "areas.all": Metric("проблемных сфер", "marts.rpt_problem_areas", "count(*)"),
    "rating.rank": Metric("место в рейтинге", "marts.rpt_ratings", "max(rank)"),
    "rating.rank_low": Metric("лучшее возможное место", "marts.rpt_ratings", "max(rank_low)"),
    "rating.rank_high": Metric("худшее возможное место", "marts.rpt_ratings", "max(rank_high)"),
    "rating.change": Metric("изменение места", "marts.rpt_ratings", "abs(max(rank_change))"),
    "rating.peers": Metric("участников рейтинга в группе", "marts.rpt_ratings", "max(peers_count)"),
    "rating.score": Metric("баллы рейтинга", "marts.rpt_ratings", "trunc(max(score), 1)"),
    "rating.items": Metric("обращений, по которым посчитан рейтинг", "marts.rpt_ratings", "max(items_count)"),
    "rating.min_items": Metric("обращений не меньше", "reference.rating_schemes", "", is_local=False),
    "reviews.all": _review("ответов рассмотрено экспертом", "true"),
    "reviews.conflict": _review("конфликтных ситуаций", "verdict = 'conflict'"),
    "reviews.error": _review("ошибок коммуникации", "verdict = 'communication_error'"),
    "reviews.hollow": _review("отписок", "verdict = 'hollow'"),
    "year.numerator": _year("числитель за год", "sum(numerator)"),
    "year.denominator": _year("записей за год", "sum(denominator)"),
    "year.sum": _year("значение за год", "sum(numerator)"),
    "year.mean": _year("среднее за год", "sum(numerator) / sum(denominator)"),
    "year.plan": _year("плановое значение", "max(plan_value)"),
    "year.plan_sum": _year("сумма плановых значений месяцев", "sum(plan_value)"),
    "year.plan_percent": _year("плановое значение, %", "100 * max(plan_value)"),
    "year.degree": Metric("степень достижения плана, %", "этот документ: факт и план", ""),
    "year.planned": Metric("показателей с планом", "этот документ", ""),
    "year.indicators": Metric("показателей", "этот документ", ""),
    "year.judged": Metric("показателей, план по которым сопоставлен с фактом", "этот документ", ""),
    "year.reached": Metric("показателей, план по которым достигнут", "этот документ", ""),
    "items.received": _item("поступило", "true", "f.received_on"),
    "items.open": _item("в работе", "f.is_open"),
    "items.deferred": _item("отложено и не решено", "f.is_open and f.is_deferred"),
    "items.late": _item("в работе с нарушенным сроком", "o.status = 'running_late'"),
    "items.marks": _item("оценок", "f.mark is not null", "(f.marked_at at time zone {zone})::date"),
    "items.good": _item("оценок 4 и 5", "f.mark >= 4", "(f.marked_at at time zone {zone})::date"),
    "requests.all": Metric("запросов", "marts.rpt_body_requests", "count(*)", "(sent_at at time zone {zone})::date"),
    "requests.late": Metric(
        "запросов с нарушенным сроком",
        "marts.rpt_body_requests",
        "count(*) filter (where status in ('late', 'running_late', 'unanswered'))",
        "(sent_at at time zone {zone})::date",
    ),
    "list.shown": Metric("строк показано", "эта записка", "", is_local=False),
    "list.all": Metric("строк всего", "эта записка", "", is_local=False),
}
"""By code, in the order of a note."""


def count_again(cursor: psycopg.Cursor[DictRow], entry: Mapping[str, Any]) -> float | None:
    """The value of a list's entry by its own description; None for a day, a name, a list's length."""
    metric = METRICS.get(entry["metric"])
    if metric is None or not metric.expression:
        return None
    value = _value(cursor, metric, entry["slice"])
    if "minus" in entry:
        return value - _value(cursor, metric, entry["minus"])
    if "divided_by" in entry:
        return value / _value(cursor, METRICS[entry["divided_by"]], entry["slice"])
    return value


def _value(cursor: psycopg.Cursor[DictRow], metric: Metric, where: Mapping[str, Any]) -> float:
    bounds = {"first": " >= ", "last": " <= "}
    conditions = [
        sql.SQL(_zoned(metric.day) + bounds[name]) + sql.Placeholder(name)  # type: ignore[arg-type]  # of METRICS
        if name in bounds
        else sql.SQL("{}::text = {}").format(
            sql.Identifier(name),
            sql.SQL("any({})").format(sql.Placeholder(name)) if isinstance(value, list) else sql.Placeholder(name),
        )
        for name, value in where.items()
    ]
    select = sql.SQL(_zoned(f"select {metric.expression} as value from {metric.relation}"))  # type: ignore[arg-type]  # same
    filtered = [sql.SQL(" where "), sql.SQL(" and ").join(conditions)] if conditions else []
    row = cursor.execute(sql.Composed([select, *filtered]), dict(where)).fetchone()
    return float(row["value"] or 0) if row else 0.0


def _zoned(text: str) -> str:
    return text.replace("{zone}", f"'{settings().timezone}'")
