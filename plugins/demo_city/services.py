"""The services of the demonstration: the simulators and the mail server."""

from __future__ import annotations

from demo_city.settings import city_settings
from mcu.runtime.services import Service, common_env, python_module


def city_url() -> str:
    """The address of the simulators, without a slash at its end."""
    return f"http://127.0.0.1:{city_settings().city_port}"


CITY = Service(
    "city",
    "Демонстрационный город",
    python_module("demo_city.serve"),
    common_env,
    lambda: city_settings().city_port,
    "MCU_CITY_PORT",
    lambda: f"{city_url()}/health",
)
MAIL = Service(
    "mail",
    "Почтовый сервер демонстрации",
    python_module("demo_city.mail_server"),
    common_env,
    lambda: city_settings().smtp_demo_port,
    "MCU_SMTP_DEMO_PORT",
    None,
)
