"""The alert about a missing or wrong pepper. It refuses the loads of all sources, and is one cause, not twenty."""

from __future__ import annotations

from mcu.alerts.incidents import alert, recover
from mcu.privacy.pepper import PepperRefused, guard
from mcu.warehouse.connect import connect

_CAUSE = "pepper"


def report_refused_pepper() -> str:
    """Open the alert if the present pepper is refused, close it if not. Returns why it is refused, or nothing."""
    try:
        with connect("loader") as conn:
            guard(conn)
    except PepperRefused as error:
        title = "Загрузки остановлены: ключ псевдонимов не подходит"
        alert(_CAUSE, "critical", "data_engineer", title, f"{error}\n\nЭто касается всех источников.")
        return str(error)
    recover(_CAUSE)
    return ""
