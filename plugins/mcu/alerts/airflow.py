"""Callbacks for DAGs: `default_args={"on_failure_callback": on_failure, "on_success_callback": on_success}`.

One alert for each task (and mapped index), open until that task succeeds again. A refused pepper stops every source:
it has one alert for all (`alerts/refused_pepper.py`). The alert quotes the text of a UserError, or says a fault of the
machine in words: any other error may contain a citizen's data."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from mcu.alerts.incidents import alert, recover
from mcu.alerts.refused_pepper import report_refused_pepper
from mcu.faults import in_words
from mcu.owners import owner_code
from mcu.privacy.pepper import PepperRefused

log = logging.getLogger(__name__)


def on_failure(context: Mapping[str, Any]) -> None:
    """Alert about a failed task. Never raises; skips an error that has its own alert (a gate that blocked)."""
    try:
        error = context.get("exception")
        if isinstance(error, PepperRefused):
            report_refused_pepper()
        elif not getattr(error, "is_reported", False):
            task = _task(context)
            alert(_cause(context), "critical", _owner(context), f"Задача не выполнена: {task}", _body(context, error))
    except Exception as fault:  # a callback must not hide the failure of the task itself
        log.error("Оповещение не записано: %s", type(fault).__name__)


def on_success(context: Mapping[str, Any]) -> None:
    """Close the open alert of a task that succeeded, if there is one. Never raises."""
    try:
        recover(_cause(context))
    except Exception as fault:
        log.error("Оповещение не закрыто: %s", type(fault).__name__)


def _body(context: Mapping[str, Any], error: object) -> str:
    instance = context.get("ti") or context.get("task_instance")
    if words := in_words(error) if isinstance(error, Exception) else None:
        reason = str(words)
    else:
        name = type(error).__name__ if isinstance(error, BaseException) else "не передана"
        reason = f"Внутренняя ошибка ({name}); подробности в журнале задачи в Airflow."
    lines = [f"Что:      {reason}", f"Где:      {_task(context)}", f"Запуск:   {context.get('run_id', 'неизвестен')}"]
    attempt = context.get("try_number") or getattr(instance, "try_number", None)
    lines += [f"Попытка:  {attempt}"] if attempt else []
    lines += ["", "Остальные источники продолжают работу. Принятые ранее данные не тронуты."]
    return "\n".join(lines)


def _cause(context: Mapping[str, Any]) -> str:
    return f"task:{_task(context)}"


def _task(context: Mapping[str, Any]) -> str:
    """«dag.task», with the index of a mapped task; «dag» for a callback of the DAG itself."""
    instance = context.get("ti") or context.get("task_instance")
    dag = getattr(context.get("dag"), "dag_id", None) or getattr(instance, "dag_id", None) or "?"
    task = getattr(instance, "task_id", None) or getattr(context.get("task"), "task_id", None)
    index = getattr(instance, "map_index", -1)
    return dag + (f".{task}" if task else "") + (f"[{index}]" if isinstance(index, int) and index >= 0 else "")


def _owner(context: Mapping[str, Any]) -> str:
    return owner_code(str(getattr(context.get("task"), "owner", "")))
