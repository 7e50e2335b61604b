"""What people decide of recommendations: each decision is written once and never changed; the last one counts
(`ops.recommendations`). The next calculation of the marts follows it, and so does every rebuild."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import psycopg
from psycopg.rows import dict_row

from mcu.errors import UserError
from mcu.privacy.refusal import refuse_personal
from mcu.warehouse.connect import connect

Action = Literal["accepted", "declined", "done"]
MAY_FOLLOW: dict[Action, tuple[str, ...]] = {
    "accepted": ("offered", "declined"),
    "declined": ("offered", "accepted"),
    "done": ("accepted",),
}
"""Decision → the states that it may come after."""
STATES = {"offered": "предложена", "accepted": "принята", "declined": "отклонена", "done": "выполнена"}


@dataclass(frozen=True)
class Recommendation:
    """One recommendation as it stands, the last decision included."""

    key: str
    status: str
    municipality: str
    text: str
    basis: str

    @property
    def number(self) -> str:
        """The beginning of the key, as pages show it."""
        return f"REC-{self.key[:8]}"


def listed(status: str | None = None) -> list[Recommendation]:
    """All recommendations, or those in one state; what awaits somebody comes first. Raises UserError."""
    with connect("transformer") as conn:
        found = _rows(conn, "")
    order = list(STATES)
    shown = [
        Recommendation(str(row["key"]), row["status"], row["municipality"], row["text"], row["basis"])
        for row in found
        if status in (None, row["status"])
    ]
    return sorted(shown, key=lambda one: (order.index(one.status), one.municipality, one.text))


def decide(key: str, action: Action, *, unit: str, on: date, reason: str | None = None) -> str:
    """Write a decision; returns the text of the recommendation. `key` may be its beginning; `unit` is the position or
    unit that decides: a person's name is refused. Raises UserError."""
    unit, reason = unit.strip(), (reason or "").strip() or None
    _require_unit(unit)
    refuse_personal(unit, reason)
    with connect("transformer") as conn:
        found = _rows(conn, key.strip().lower().removeprefix("rec-"))
    if not found:
        raise UserError(f"Рекомендация «{key}» не найдена. Список: mcu recommendations list")
    if len(found) > 1:
        raise UserError(f"Ключ «{key}» подходит к нескольким рекомендациям ({len(found)}): укажите больше знаков.")
    (row,) = found
    if row["status"] not in MAY_FOLLOW[action]:
        raise UserError(f"Рекомендация уже {STATES[row['status']]}: «{STATES[action]}» после этого быть не может.")
    if row["decided_on"] and on < row["decided_on"]:
        raise UserError(f"Прежнее решение принято {row['decided_on']:%d.%m.%Y}: новое не может быть раньше.")
    _write({name: row[name] for name in _COPIED} | {"recommendation_key": row["key"]}, action, unit, reason, on)
    text: str = row["text"]
    return text


def add(municipality: str, text: str, basis: str, *, unit: str, on: date) -> str:
    """Write a recommendation of people's own, a best practice for one, as accepted; returns its key. The municipality
    goes by its code or its short title. Raises UserError."""
    text, basis, unit = text.strip(), basis.strip(), unit.strip()
    if not text or not basis:
        raise UserError("Что сделать и основание не должны быть пустыми.")
    _require_unit(unit)
    refuse_personal(unit, text, basis)
    with connect("transformer") as conn:
        try:
            found = conn.execute(
                "select municipality_code, md5('own:' || municipality_code || ':' || %(text)s)::uuid"
                " from marts.dim_municipality where %(name)s in (municipality_code, short_title)",
                {"name": municipality, "text": text},
            ).fetchone()
        except psycopg.errors.UndefinedTable:
            raise UserError(_NO_MARTS) from None
        if found is None:
            raise UserError(f"Муниципалитета «{municipality}» нет в справочнике.")
        code, key = found
        if _rows(conn, str(key)):
            raise UserError("Такая рекомендация уже есть.")
    subject = {"recommendation_key": key, "kind": "own", "municipality_code": code, "text": text, "basis": basis}
    _write(subject, "accepted", unit, None, on)
    return str(key)


_COPIED = (
    "kind", "municipality_code", "block_code", "recipient_code", "topic_code", "problem_key", "component_code", "text",
    "basis",
)  # fmt: skip  # a list
_NO_MARTS = "Витрины ещё не рассчитаны: mcu marts build"


def _require_unit(unit: str) -> None:
    if not unit:
        raise UserError("Укажите должность или подразделение, чьё это решение (--by).")


def _write(subject: dict[str, Any], action: Action, unit: str, reason: str | None, on: date) -> None:
    row = subject | {"action": action, "unit": unit, "reason": reason, "decided_on": on}
    with connect("loader") as conn:
        conn.execute(
            f"insert into ops.recommendations ({', '.join(row)}) values ({', '.join(['%s'] * len(row))})",
            list(row.values()),
        )


_QUERY = """
with words as (
    select distinct on (recommendation_key) * from ops.recommendations order by recommendation_key, word_id desc
)
select
    recommendation_key as key,
    coalesce(w.action, 'offered') as status,
    coalesce(m.short_title, municipality_code) as municipality,
    municipality_code,
    coalesce(w.kind, d.kind) as kind,
    coalesce(w.block_code, d.block_code) as block_code,
    coalesce(w.recipient_code, d.recipient_code) as recipient_code,
    coalesce(w.topic_code, d.topic_code) as topic_code,
    coalesce(w.problem_key, d.problem_key) as problem_key,
    coalesce(w.component_code, d.component_code) as component_code,
    coalesce(w.text, d.text) as text,
    coalesce(w.basis, d.basis) as basis,
    w.decided_on
from marts.rpt_recommendation_drafts as d
full join words as w using (recommendation_key, municipality_code)
left join marts.dim_municipality as m using (municipality_code)
where recommendation_key::text like %s
"""


def _rows(conn: psycopg.Connection, beginning: str) -> list[dict[str, Any]]:
    if set(beginning) - set("0123456789abcdef-"):
        return []
    try:
        return conn.cursor(row_factory=dict_row).execute(_QUERY, [f"{beginning}%"]).fetchall()
    except psycopg.errors.UndefinedTable:
        raise UserError(_NO_MARTS) from None
