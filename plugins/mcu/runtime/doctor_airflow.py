"""Checks of Airflow: its parts, and DAG files that cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mcu.runtime import services
from mcu.runtime.airflow_api import Airflow
from mcu.runtime.airflow_health import dead_parts
from mcu.runtime.finding import Finding
from mcu.settings import ROOT


def airflow_parts() -> Iterator[Finding]:
    """Every part of Airflow works: its API may answer although its scheduler is dead."""
    if not services.AIRFLOW.is_up():
        return
    if dead := dead_parts():
        yield Finding(
            False,
            f"Airflow отвечает, но не работает: {', '.join(dead)}",
            "Подождите три минуты, если Airflow только что запущен; затем: make up. Прерванные задачи начнутся снова.",
        )
    else:
        yield Finding(True, "Airflow: все части работают")


def dag_files() -> Iterator[Finding]:
    """Each DAG file can be read: as Airflow reports if it runs, else as far as the syntax shows."""
    faults = _reported() if services.AIRFLOW.is_up() else _unparsable()
    for file, why in faults.items():
        yield Finding(False, f"Файл DAG {file} не читается: {why}", f"Исправьте dags/{file}; остальные DAG работают.")
    if not faults:
        yield Finding(True, "Файлы DAG читаются")


def _reported() -> dict[str, str]:
    """File → the last line of Airflow's traceback: the error itself."""
    return {
        Path(error["filename"]).name: (error["stack_trace"].strip().splitlines() or ["причина не названа"])[-1]
        for error in Airflow().import_errors()
    }


def _unparsable() -> dict[str, str]:
    found = {}
    for path in sorted((ROOT / "dags").rglob("*.py")):
        try:
            compile(path.read_bytes(), str(path), "exec")
        except (SyntaxError, ValueError) as error:
            line = f"строка {error.lineno}: {error.msg}" if isinstance(error, SyntaxError) else str(error)
            found[str(path.relative_to(ROOT / "dags"))] = line
        except OSError:
            found[str(path.relative_to(ROOT / "dags"))] = "нет доступа"
    return found
