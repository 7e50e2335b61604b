"""Callbacks for DAGs: `default_args={"on_failure_callback": on_failure, "on_success_callback": on_success}`.

One alert a task (and mapped index), open until that task succeeds again. The words of an error are told only when
it is a UserError: any other may quote a citizen's data."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from mcu.alerts.book import alert, recover
from mcu.errors import UserError

log = logging.getLogger(__name__)


def on_failure(context: Mapping[str, Any]) -> None:
    """Tell of a failed task. Never raises; silent about an error that was already told (a shut gate)."""
    try:
        error = context.get("exception")
        if not getattr(error, "is_reported", False):
            task = _task(context)
            alert(_cause(context), "critical", _owner(context), f"Задача не выполнена: {task}", _body(context, error))
    except Exception as fault:  # a callback must not hide the task's own failure
        log.error("Оповещение не записано: %s", type(fault).__name__)


def on_success(context: Mapping[str, Any]) -> None:
    """The task is well again: closes its alert, if one is open. Never raises."""
    try:
        recover(_cause(context))
    except Exception as fault:
        log.error("Оповещение не закрыто: %s", type(fault).__name__)


def _body(context: Mapping[str, Any], error: object) -> str:
    instance = context.get("ti") or context.get("task_instance")
    if isinstance(error, UserError):
        reason = str(error)
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
    """«dag.task», with the index of a mapped one; a DAG's own callback has no task."""
    instance = context.get("ti") or context.get("task_instance")
    dag = getattr(context.get("dag"), "dag_id", None) or getattr(instance, "dag_id", None) or "?"
    task = getattr(instance, "task_id", None) or getattr(context.get("task"), "task_id", None)
    index = getattr(instance, "map_index", -1)
    return dag + (f".{task}" if task else "") + (f"[{index}]" if isinstance(index, int) and index >= 0 else "")


def _owner(context: Mapping[str, Any]) -> str:
    """A task's owner, where it is not Airflow's default."""
    owner = getattr(context.get("task"), "owner", None)
    return owner if owner and owner != "airflow" else "data_engineer"
