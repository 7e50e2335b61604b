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
from mcu.sources.registry import source_titles
from mcu.warehouse import embedded
from mcu.warehouse.connect import connect, url
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
) -> None:
    """Run `dbt <args>` on the warehouse as the role transformer.

    `vars` are dbt variables (the sources of the contract are added), `window` is what a run sees; `on_progress` gets
    each line that dbt prints. Raises DbtFailed, or DatabaseDown if the database does not serve.
    """
    command = [_program(), *args, "--vars", json.dumps(variables() | (vars or {}), ensure_ascii=False)]
    state().mkdir(parents=True, exist_ok=True)
    lines: list[str] = []
    with subprocess.Popen(
        command, cwd=PROJECT, env=environment(window), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line.rstrip())
            if on_progress:
                on_progress(line.rstrip())
    if process.returncode:
        raise _failure(args[0], lines)


def variables() -> dict[str, Any]:
    """The dbt variables of this installation: what each source brings and is called, the indicators, the time zone."""
    return {
        "feedback_sources": feedback_sources(),
        "other_sources": other_sources(),
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


def environment(window: Window | None = None) -> dict[str, str]:
    """The environment of a dbt process; writes the properties of the sources that it points to.

    The window is passed here, not as dbt variables: when a variable changes, dbt parses the whole project again.
    The password is in a variable that dbt removes from its logs."""
    parts = urlsplit(url("transformer"))
    query = dict(parse_qsl(parts.query))
    given = {
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_PROJECT_DIR": str(PROJECT),
        "DBT_TARGET_PATH": str(state() / "target"),
        "DBT_LOG_PATH": str(state() / "logs"),
        "DBT_USE_COLORS": "false",
        "DBT_VERSION_CHECK": "false",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
        "PYTHONUTF8": "1",
        "MCU_DBT_HOST": query.get("host") or parts.hostname or "127.0.0.1",
        "MCU_DBT_PORT": str(parts.port or 5432),
        "MCU_DBT_USER": unquote(parts.username or "mcu_transformer"),
        "MCU_DBT_DATABASE": parts.path.lstrip("/"),
        "DBT_ENV_SECRET_PASSWORD": unquote(parts.password or ""),
    }
    if window:
        given["MCU_RUN_AS_OF"] = window.as_of.isoformat()
        given["MCU_ACCEPTED_FROM"] = str(window.accepted_from)
        given["MCU_ACCEPTED_UPTO"] = str(window.accepted_upto)
        if window.as_of_before:
            given["MCU_AS_OF_BEFORE"] = window.as_of_before.isoformat()
    # dbt accepts only paths relative to the project
    properties = state() / "properties"
    write_properties(properties / "sources.yml", read_contract(PROJECT), _relations(), source_titles())
    given["MCU_DBT_PROPERTIES"] = os.path.relpath(properties, PROJECT)
    folder = overlay()
    if folder:
        given["MCU_DBT_OVERLAY"] = os.path.relpath(folder.resolve(), PROJECT)
    return {**os.environ, **given}


def _program() -> str:
    return str(Path(sys.executable).with_name("dbt"))


def _failure(command: str, lines: list[str]) -> UserError:
    log = state() / "logs" / "dbt.log"
    found = [m.group(1) for line in lines if (m := re.search(r"(?:Failure|Error) in (.+?) \(", line))]
    nodes = list(dict.fromkeys(found))
    if nodes:
        message = f"dbt {command}: не выполнено: {', '.join(nodes)}{_rows_of_failures(lines)}"
    elif any("Database Error" in line for line in lines) and (why := embedded.fault()):
        return why
    else:
        message = f"dbt {command} завершился с ошибкой: {' '.join(lines[-5:])}"
    return DbtFailed(f"{message}; подробности в {log}", command=command, nodes=nodes, log=log)


def _rows_of_failures(lines: list[str]) -> str:
    """The first rows of failed tests that store them (`store_failures`: only tests of reference data, never of records
    about people)."""
    queries: list[Any] = [
        m.group(0) for line in lines if (m := re.search(r'select \* from "\w+"."intermediate"."assert_\w+"', line))
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
