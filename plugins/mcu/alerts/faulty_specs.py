"""Alerts about faulty source files: one for each file, closed when the file is mended or removed."""

from __future__ import annotations

from mcu.alerts.incidents import alert, recover
from mcu.sources.registry import Fault, declared
from mcu.warehouse.connect import connect

_PREFIX = "spec:"


def report_faulty_specs() -> list[str]:
    """Alert the data engineer about each faulty source file; what is wrong with them, for the task's log."""
    faults = {f"{_PREFIX}{fault.path}": fault for fault in declared().faults}
    with connect("loader") as conn:
        opened = conn.execute(
            "select cause from ops.alerts where closed_at is null and starts_with(cause, %s)", [_PREFIX]
        ).fetchall()
    for (cause,) in opened:
        if cause not in faults:
            recover(cause)
    for cause, fault in faults.items():
        alert(
            cause,
            "critical",
            "data_engineer",
            f"Источник не загружается, ошибка в описании: {fault.slug}",
            _body(fault),
        )
    return [fault.message for fault in faults.values()]


def _body(fault: Fault) -> str:
    return (
        f"Что:      {fault.message}\n"
        f"Где:      {fault.path}\n\n"
        "Остальные источники и расчёт витрин продолжают работу. Принятые ранее данные этого источника не тронуты.\n"
        f"Исправьте файл и проверьте его: mcu sources check {fault.slug}"
    )
