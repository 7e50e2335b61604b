"""Runs the real models of deadlines over given rules and items, in the database of the axis and a process of its own.

python build_deadlines.py FOLDER   with a CSV for each of TABLES
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import psycopg
from dbt.cli.main import dbtRunner

from deadlines import build_axis

TABLES = {
    "intermediate_next.int_feedback": """
        feedback_key uuid, source_slug text, record_ref text, municipality_code text, time_zone text, kind text,
        channel_code text, received_at timestamptz, received_on date, registered_at timestamptz, status_code text,
        is_open boolean, topic_code text, topic_ref text, block_code text, recipient_code text, author_key text,
        parent_key uuid, mark integer, is_fast_track boolean, priority text, place text, latitude numeric,
        longitude numeric, source_due_at timestamptz, promised_at timestamptz,
        source_updated_at timestamptz, load_id bigint""",
    "intermediate_next.int_events":
        "feedback_key uuid, event_no integer, event_code text, occurred_at timestamptz, recipient_code text",
    "intermediate_next.int_attribute_history": """
        feedback_key uuid, known_from timestamptz, known_to timestamptz, priority text, topic_code text,
        recipient_code text, block_code text""",
    "intermediate_next.int_touched": "feedback_key uuid, source_slug text, record_ref text",
}  # fmt: skip  # a table
"""The models that stand in for the sources, filled as a full run would leave them: table → its columns."""

RULES = "reference_next.deadline_rules"
SEEDS = ("deadline_rules", "topics", "stages")
GIVEN = tuple(table.partition(".")[2] for table in TABLES)
RECOUNT = ("int_affected", "int_repeats", "int_altered", "int_recount_days_before")
"""They must run before the deadlines of an incremental run are replaced, and are empty in a full one."""


def main(folder: Path) -> None:
    runner = dbtRunner()

    def dbt(*args: str) -> None:
        outcome = runner.invoke([*args, "--vars", json.dumps(build_axis.VARIABLES), "--log-level", "error"])
        if not outcome.success:
            raise SystemExit(f"dbt {args[0]}: {outcome.exception or outcome.result}")

    dbt("seed", "--select", *SEEDS)
    with psycopg.connect(
        host=os.environ["MCU_DBT_HOST"], port=os.environ["MCU_DBT_PORT"], user=os.environ["MCU_DBT_USER"],
        password=os.environ["DBT_ENV_SECRET_PASSWORD"], dbname=os.environ["MCU_DBT_DATABASE"],
    ) as conn:  # fmt: skip  # a table
        conn.execute(f"truncate {RULES}")
        for table, columns in TABLES.items():
            conn.execute(f"drop table if exists {table} cascade")
            conn.execute(f"create table {table} ({columns})")
        for table in (RULES, *TABLES):
            path = folder / f"{table}.csv"
            if path.exists():
                rows = path.read_text(encoding="utf-8")
                names = rows.partition("\n")[0]
                with conn.cursor().copy(f"copy {table} ({names}) from stdin (format csv, header match)") as copy:
                    copy.write(rows)
            conn.execute(f"analyze {table}")
    # whatever models stand between what is given and the fact; a calendar built anew would drop the axis's functions
    given = (f"+{name}" for name in (*GIVEN, *build_axis.MODELS))
    dbt("run", "--full-refresh", "--select", "+fct_deadlines", "--exclude", *given, *RECOUNT)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
