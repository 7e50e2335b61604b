"""The deadlines built anew under changed reference data, in a schema of their own."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from psycopg import sql

from mcu.errors import UserError
from mcu.seeds import check_seeds
from mcu.warehouse import dbt
from mcu.warehouse.connect import connect
from mcu.warehouse.transform_runs import TransformRun, standing
from mcu.whatif.changes import DayChange, RuleChange, apply

SEEDS = ("deadline_rules", "work_schedules", "calendar_days", "calendar_corrections")
MODELS = (
    *("int_schedules", "int_calendar_days", "int_work_intervals", "int_work_days"),
    *("int_deadline_rules", "int_deadline_scopes"),
    *("int_clocks", "int_pauses", "int_adjusted_deadlines", "int_deadlines"),
)
"""What is built anew; all else is read from the published copy."""

SCHEMA = "whatif"

_SCHEMA_OF = """
{{% macro generate_schema_name(custom_schema_name, node) -%}}
    {{%- if node is not none and node.name in {names} -%}} {schema} {{%- else -%}}
        {{{{ (custom_schema_name or target.schema) | trim }}}}
    {{%- endif -%}}
{{%- endmacro %}}
"""


@dataclass(frozen=True)
class Replay:
    """Deadlines as they would have been: `<schema>.int_deadlines`, of the marts of `run`."""

    schema: str
    run: TransformRun
    supposed: list[str]


@contextmanager
def replayed(
    rules: list[RuleChange], days: list[DayChange], on_progress: dbt.OnProgress | None = None
) -> Iterator[Replay]:
    """Build the deadlines under the changes; the schema lives as long as the context. Raises SupposalRefused,
    DbtFailed, and UserError if other marts were published meanwhile."""
    with _one_at_a_time():
        run = _published()
        folder = Path(tempfile.mkdtemp(prefix="whatif."))
        try:
            project = Path(shutil.copytree(dbt.PROJECT, folder / "dbt_project"))
            supposed = apply(project, rules, days)
            check_seeds(project)
            text = _SCHEMA_OF.format(names=[*SEEDS, *MODELS], schema=SCHEMA)
            (project / "macros" / "generate_schema_name.sql").write_text(text, encoding="utf-8")
            window = dbt.Window(run.as_of, 0, run.accepted_upto)
            kinds = ["--resource-type", "seed", "--resource-type", "model"]
            arguments = ["build", "--full-refresh", *kinds, "--select", *SEEDS, *MODELS]
            dbt.run_dbt(arguments, window=window, on_progress=on_progress, copy=folder)
            if _published().run_id != run.run_id:
                raise UserError("Пока считалось предположение, опубликованы новые витрины: повторите.")
            yield Replay(SCHEMA, run, supposed)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """One replay at a time; what a killed one left behind is dropped. Raises UserError if another one is running."""
    drop = sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(SCHEMA))
    with connect("transformer", autocommit=True) as conn:
        (is_free,) = conn.execute("select pg_try_advisory_lock(hashtext('mcu.whatif'))").fetchone() or (False,)
        if not is_free:
            raise UserError("Другое предположение уже считается: дождитесь его окончания.")
        conn.execute(drop)
        try:
            yield
        finally:
            conn.execute(drop)


def _published() -> TransformRun:
    with connect("transformer") as conn:
        run = standing(conn, "published")
    if run is None:
        raise UserError("Витрины ещё не рассчитаны: выполните mcu marts build")
    return run
