"""Where people look once the platform runs: addresses, logins, folders."""

from __future__ import annotations

import sys
from pathlib import Path

from mcu.runtime import services
from mcu.runtime.companion import companion
from mcu.runtime.progress import console
from mcu.secrets import secret
from mcu.settings import settings


def print_places() -> None:
    """Print addresses, logins and folders, in lines that can be copied. Passwords are shown once."""
    dashboard = f"{services.superset_url()}/superset/dashboard/obstanovka/"
    shown = settings().secrets_dir / ".shown"

    def login(user: str, name: str) -> str:
        return f"{user} / " + (f"пароль в {settings().secrets_dir / name}" if shown.exists() else secret(name))

    person = "своя учётная запись, как в каталоге муниципалитета"
    if services.has_local_people():
        person = login(services.SUPERSET_MCU_USER, "superset_rukovoditel")
    beside = companion()
    others = beside.places() if beside else {"Письма": settings().alert_to}
    places = {
        "Панель «Обстановка»": (dashboard, person),
        "Superset, администратор": (services.superset_url(), login(services.SUPERSET_ADMIN, "superset_admin")),
        "Airflow": (services.airflow_url(), login(services.AIRFLOW_USER, "airflow_admin")),
        "Пакет и записки": (str(settings().var / "publications"), ""),
        **{title: (where, "") for title, where in others.items()},
        "Командная строка": (f"{Path(sys.executable).parent / 'mcu'} --help", ""),
    }
    console.print("[bold]Куда смотреть[/] (вход: имя / пароль)")
    for what, (where, who) in places.items():
        console.print(f"  {what:<24} {where}" + (f"\n  {'':<24} вход: {who}" if who else ""))
    shown.touch(mode=0o600)
