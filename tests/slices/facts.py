"""Marts of random facts, made without dbt: what slices count, with the columns that dbt gives them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg import sql

from mcu.warehouse.connect import connect
from mcu.warehouse.copies import empty_next
from quality.minimal_marts import publish_marts

AS_OF = datetime(2026, 11, 20, 15, tzinfo=UTC)
MOSCOW = ZoneInfo("Europe/Moscow")
PLACES = {"murmansk": "Мурманск", "gubkinsky": "Губкинский округ"}
KINDS = {"appeal": "Обращение", "message": "Сообщение", "open_source_message": "Сообщение из открытых источников"}
CHANNELS = {
    "pos": "message",
    "incident": "open_source_message",
    "registry_epgu": "appeal",
    "registry_phone": "body_request",
}
TOPICS = {
    "roads.repair": ("Ремонт дороги", "Дороги"),
    "roads.snow": ("=Снег", "Дороги"),
    "none": ("Тема не указана", "—"),
}
STATUSES = ("assigned", "answered", "left_without_answer", "forwarded", "closed", "withdrawn")

TABLES = {
    "fct_feedback": """
        feedback_key uuid primary key, municipality_code text, kind text, channel_code text, received_at timestamptz,
        received_on date, status_code text, topic_code text, block_code text, recipient_code text, is_repeat boolean,
        is_duplicate boolean, first_reply_at timestamptz, final_reply_at timestamptz, ending text,
        mark smallint, marked_at timestamptz, place text""",
    "fct_deadlines": """
        feedback_key uuid, stage text, answer text, municipality_code text, channel_code text, block_code text,
        recipient_code text, due_at timestamptz, done_at timestamptz, cancelled_at timestamptz, ending text,
        is_met boolean, is_missed boolean, is_extended boolean""",
}
DIMENSIONS: dict[str, list[tuple[str, ...]]] = {
    "marts_next.dim_municipality(municipality_code, short_title, title, time_zone, addressee)": [
        *((code, title, title, "Europe/Moscow", "ЦУР") for code, title in PLACES.items()),
        ("unknown", "Не сопоставлено", "Не сопоставлено", "Europe/Moscow", ""),
    ],
    "marts_next.dim_sector_block(block_code, municipality_code, title, branch_code, branch)": [
        (f"{place}.{block}", place, title, branch, branch_title)
        for place in PLACES
        for block, title, branch, branch_title in (
            ("zhkh", "ЖКХ", "zhkh", "ЖКХ и ТКО"),
            ("roads", "Дороги", "roads", "Дороги"),
        )
    ],
    "marts_next.dim_topic(topic_code, title, group_title)": [(c, t, g) for c, (t, g) in TOPICS.items()],
    "marts_next.dim_recipient(recipient_code, municipality_code, title)": [
        *((f"{place}.r{n}", place, f"Управление {n}") for place in PLACES for n in range(6)),
        ("none", "unknown", "Не назначен"),
    ],
    "marts_next.dim_channel(channel_code, title)": [(code, f"Канал {code}") for code in CHANNELS],
    "reference_next.kinds(kind, title)": [*KINDS.items(), ("body_request", "Запрос")],
    "reference_next.statuses(status_code, title)": [(code, f"Состояние {code}") for code in STATUSES],
    "reference_next.stages(stage, title)": [("first_reply", "Первый ответ"), ("final", "Окончательный ответ")],
}  # fmt: skip  # a table

Row = dict[str, Any]


def make_facts(seed: int, items: int) -> tuple[list[Row], list[Row]]:
    """Published marts of so many random items. Returns the rows of fct_feedback and of fct_deadlines."""
    rng = Random(seed)
    feedback = [_item(rng, number) for number in range(items)]
    deadlines = [row for item in feedback for row in _deadlines(rng, item)]
    with connect("transformer") as conn:
        empty_next(conn)
        for table, columns in TABLES.items():
            conn.execute(f"create table marts_next.{table} ({columns})")  # type: ignore[arg-type]  # of this module
        for head, rows in DIMENSIONS.items():
            columns = ", ".join(f"{name} text" for name in head.partition("(")[2].strip(")").split(", "))
            conn.execute(f"create table {head.partition('(')[0]} ({columns})")  # type: ignore[arg-type]  # of this module
            with conn.cursor() as cursor:
                marks = ", ".join(["%s"] * len(rows[0]))
                cursor.executemany(f"insert into {head} values ({marks})", rows)  # type: ignore[arg-type]  # of this module
        for table, facts in (("fct_feedback", feedback), ("fct_deadlines", deadlines)):
            _insert(conn, table, facts)
        conn.execute("create table marts_next.dim_as_of as select %s::timestamptz as as_of", [AS_OF])
    with connect("loader") as conn:
        conn.execute("truncate ops.transform_runs, ops.publications restart identity cascade")
        conn.execute(
            "insert into ops.transform_runs (as_of, accepted_upto, definition_hash, is_full, status, stands_in)"
            " values (%s, 1, 'd1', true, 'built', 'next')",
            [AS_OF],
        )
    publish_marts()
    return feedback, deadlines


def _insert(conn: Any, table: str, facts: list[Row]) -> None:
    names = list(facts[0])
    copy = sql.SQL("copy marts_next.{} ({}) from stdin").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with conn.cursor() as cursor, cursor.copy(copy) as lines:
        for row in facts:
            lines.write_row([row[name] for name in names])


def _item(rng: Random, number: int) -> Row:
    place = rng.choices(list(PLACES), [5, 2])[0]
    channel = rng.choices(list(CHANNELS), [5, 5, 3, 1])[0]
    received = AS_OF - timedelta(seconds=rng.randrange(-86400, 200 * 86400))
    status = rng.choices(STATUSES, [2, 12, 1, 1, 2, 1])[0]
    first = received + timedelta(hours=rng.expovariate(1 / 20)) if rng.random() < 0.8 else None
    final = received + timedelta(days=rng.expovariate(1 / 12)) if status == "answered" else None
    marked = final + timedelta(days=rng.expovariate(1)) if final and rng.random() < 0.4 else None
    ending = {"assigned": None, "answered": None, "forwarded": status, "withdrawn": status}.get(
        status, "closed_without_answer"
    )
    if status == "left_without_answer" and CHANNELS[channel] == "appeal":
        ending = status
    return {
        "feedback_key": UUID(int=rng.getrandbits(128)),
        "municipality_code": place,
        "kind": CHANNELS[channel],
        "channel_code": channel,
        "received_at": received,
        "received_on": received.astimezone(MOSCOW).date(),
        "status_code": status,
        "topic_code": rng.choice(list(TOPICS)),
        "block_code": f"{place}.{rng.choice(['zhkh', 'roads'])}",
        "recipient_code": f"{place}.r{min(int(rng.expovariate(0.6)), 5)}",
        "is_repeat": number % 7 == 0,
        "is_duplicate": number % 11 == 5,
        "first_reply_at": first,
        "final_reply_at": final,
        "ending": ending,
        "mark": rng.randint(1, 5) if marked else None,
        "marked_at": marked,
        "place": rng.choice([None, "", "Ленинский округ", "Первомайский округ"]),
    }


def _deadlines(rng: Random, item: Row) -> list[Row]:
    common = {name: item[name] for name in ("feedback_key", "municipality_code", "channel_code", "block_code")}
    common["recipient_code"] = item["recipient_code"]
    stages = [("final", 30)] if item["kind"] != "open_source_message" else [("first_reply", 1), ("final", 10)]
    found = []
    for stage, days in stages:
        done = item["first_reply_at"] if stage == "first_reply" else item["final_reply_at"]
        due = item["received_at"] + timedelta(days=days)
        is_closed = done is None and item["status_code"] == "closed"
        is_off = done is None and item["status_code"] in ("forwarded", "withdrawn")
        off = item["received_at"] + timedelta(days=rng.randrange(40)) if is_closed or is_off else None
        ending = "closed_without_answer" if is_closed else item["status_code"] if is_off else None
        is_met = done is not None and done <= due
        found.append(
            {
                **common,
                "stage": stage,
                "answer": None if item["kind"] == "body_request" else "first" if stage == "first_reply" else "final",
                "due_at": due,
                "done_at": done,
                "cancelled_at": off,
                "ending": ending,
                "is_met": is_met,
                "is_missed": not is_met and not (is_off and off is not None and off <= due),
                "is_extended": False,
            }
        )
    return found
