"""Running dbt: the program of this environment as a subprocess, its connection by environment variables."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import yaml

from mcu.errors import UserError
from mcu.settings import ROOT, settings
from mcu.sources.registry import quoted_numbers, source_titles, sources_without_updates
from mcu.warehouse import embedded
from mcu.warehouse.connect import connect, url
from mcu.warehouse.faults import DatabaseDown
from mcu.warehouse.orphans import APPLICATION, die_with_parent
from mcu.warehouse.staging import find_relations, read_contract, write_properties

PROJECT = ROOT / "dbt_project"
OnProgress = Callable[[str], None]


@dataclass(frozen=True)
class Window:
    """What a run sees: the loads with `accept_no` in (accepted_from, accepted_upto], true for the instant `as_of`."""

    as_of: datetime
    accepted_from: int
    accepted_upto: int
    as_of_before: datetime | None = None
    """The instant of the last finished run."""


class DbtFailed(UserError):
    """dbt failed; the message names the failed nodes and the log file. Fields: command, nodes, log."""

    code = "dbt_failed"


def run_dbt(
    args: list[str],
    vars: dict[str, Any] | None = None,
    *,
    window: Window | None = None,
    on_progress: OnProgress | None = None,
    copy: Path | None = None,
) -> None:
    """Run `dbt <args>` on the warehouse as the role transformer.

    `vars` are dbt variables (the sources of the contract are added), `window` is what a run sees; `on_progress` gets
    each line that dbt prints. `copy`: a folder with a copy of the project, `dbt_project`; dbt keeps its state
    beside it. Raises DbtFailed, or DatabaseDown if the database does not serve.
    """
    folder = copy / "state" if copy else state()
    command = [*_PROGRAM, *args, "--vars", json.dumps(variables() | (vars or {}), ensure_ascii=False)]
    folder.mkdir(parents=True, exist_ok=True)
    project = copy / "dbt_project" if copy else PROJECT
    lines: list[str] = []
    with subprocess.Popen(
        command, cwd=project, env=environment(window, project, folder), stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, preexec_fn=die_with_parent,
    ) as process:  # fmt: skip  # a table
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line.rstrip())
            if on_progress:
                on_progress(line.rstrip())
    if process.returncode:
        raise _failure(args[0], lines, folder / "logs" / "dbt.log")


def variables() -> dict[str, Any]:
    """The dbt variables of this installation: what each source brings and is called, the indicators, the time zone."""
    return {
        "feedback_sources": feedback_sources(),
        "other_sources": other_sources(),
        "sources_without_updates": sources_without_updates(),
        "quoted_numbers": quoted_numbers(),
        "source_titles": source_titles(is_short=True),
        "indicator_codes": indicator_codes(),
        "time_zone": settings().timezone,
    }


def feedback_sources() -> dict[str, list[str]]:
    """Slug → relations of the contract, of the sources that bring items."""
    return {slug: relations for slug, relations in _relations().items() if "items" in relations}


def other_sources() -> dict[str, list[str]]:
    """The same for the sources that bring no items but votes, measures or figures."""
    return {slug: relations for slug, relations in _relations().items() if "items" not in relations}


def indicator_codes() -> list[str]:
    """The codes of all indicators: one file `ind_<code>.sql` each."""
    return sorted(path.stem.removeprefix("ind_") for path in (PROJECT / "models").rglob("ind_*.sql"))


def project_variable(name: str) -> dict[str, Any]:
    """A variable of dbt_project.yml that is a mapping."""
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))
    found: dict[str, Any] = project["vars"][name]
    return found


def _relations() -> dict[str, list[str]]:
    folders = [PROJECT / "models" / "staging", *filter(None, [overlay()])]
    return find_relations(folders, read_contract(PROJECT))


def overlay() -> Path | None:
    """The folder of the overlay's staging models, if there is one."""
    given = settings().sources_overlay
    return given / "models" if given and (given / "models").is_dir() else None


def state() -> Path:
    """Where dbt keeps its compiled project and its log."""
    return settings().var.resolve() / "dbt"


def environment(
    window: Window | None = None, project: Path | None = None, folder: Path | None = None
) -> dict[str, str]:
    """The environment of a dbt process; writes the properties of the sources that it points to.

    The window is passed here, not as dbt variables: when a variable changes, dbt parses the whole project again.
    `project` and `folder`: where dbt runs and keeps its state. The password is in a variable that dbt removes from its
    logs."""
    project, folder = project or PROJECT, folder or state()
    parts = urlsplit(url("transformer"))
    query = dict(parse_qsl(parts.query))
    given = {
        "DBT_PROFILES_DIR": str(project),
        "DBT_PROJECT_DIR": str(project),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "DBT_USE_COLORS": "false",
        "DBT_VERSION_CHECK": "false",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "",
        "MCU_DBT_HOST": query.get("host") or parts.hostname or "127.0.0.1",
        "MCU_DBT_PORT": str(parts.port or 5432),
        "MCU_DBT_USER": unquote(parts.username or "mcu_transformer"),
        "MCU_DBT_DATABASE": parts.path.lstrip("/"),
        "DBT_ENV_SECRET_PASSWORD": unquote(parts.password or ""),
        # A build that a crash of the machine cuts off is thrown away, so its commits need not wait for the disk. The
        # commit that publishes a build does wait, and flushes the log of all commits before it.
        "PGOPTIONS": f"{os.environ.get('PGOPTIONS', '')} -c synchronous_commit=off".strip(),
    }
    if window:
        given["MCU_DBT_APPLICATION"] = APPLICATION
        given["MCU_RUN_AS_OF"] = window.as_of.isoformat()
        given["MCU_ACCEPTED_FROM"] = str(window.accepted_from)
        given["MCU_ACCEPTED_UPTO"] = str(window.accepted_upto)
        if window.as_of_before:
            given["MCU_AS_OF_BEFORE"] = window.as_of_before.isoformat()
    # dbt accepts only paths relative to the project
    properties = folder / "properties"
    write_properties(properties / "sources.yml", read_contract(PROJECT), _relations(), source_titles())
    given["MCU_DBT_PROPERTIES"] = os.path.relpath(properties, project)
    models = overlay()
    if models:
        given["MCU_DBT_OVERLAY"] = os.path.relpath(models.resolve(), project)
    return {**os.environ, **given}


_PROGRAM = [sys.executable, "-m", "mcu.warehouse.dbt_program"]


def _failure(command: str, lines: list[str], log: Path) -> UserError:
    found = [m.group(1) for line in lines if (m := re.search(r"(?:Failure|Error) in (.+?) \(", line))]
    nodes = list(dict.fromkeys(found))
    if any(_LOST.search(line) for line in lines):
        return DatabaseDown(f"dbt {command}: связь с базой данных прервалась; подробности в {log}", log=log)
    if nodes:
        message = f"dbt {command}: не выполнено: {', '.join(nodes)}{_rows_of_failures(lines)}"
    elif any("Database Error" in line for line in lines) and (why := embedded.fault()):
        return why
    else:
        message = f"dbt {command} завершился с ошибкой: {' '.join(lines[-5:])}"
    return DbtFailed(f"{message}; подробности в {log}", command=command, nodes=nodes, log=log)


_LOST = re.compile(
    r"server closed the connection|terminating connection|[Cc]onnection refused|the database system is|in recovery mode"
    r"|SSL connection has been closed|could not receive data from server"
)
"""How PostgreSQL's client says that the server has gone, or is not back yet."""


def _rows_of_failures(lines: list[str]) -> str:
    """The first rows of failed tests that store them (`store_failures`: only tests of reference data, never of records
    about people)."""
    queries: list[Any] = [
        m.group(0) for line in lines if (m := re.search(r'select \* from "\w+"."intermediate_next"."assert_\w+"', line))
    ]
    if not queries:
        return ""
    with connect("transformer") as conn:
        rows = [row for query in dict.fromkeys(queries) for row in conn.execute(query + " limit 5").fetchall()]
    text = "; ".join(", ".join(str(value) for value in row if value is not None) for row in rows)
    return f" ({text})" if text else ""


def main() -> None:
    """`mcu-dbt …`: dbt by hand, with the warehouse's connection."""
    try:
        run_dbt(sys.argv[1:] or ["--help"], on_progress=print)
    except UserError as error:
        raise SystemExit(str(error)) from None
