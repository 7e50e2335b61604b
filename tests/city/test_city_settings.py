"""The settings that the demonstration gives to the platform."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo_city.clock import CITY_END
from demo_city.settings import give_settings
from mcu.runtime.platform import all_services
from mcu.settings import settings


@pytest.fixture
def bare(installation: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """An installation without the settings that the demonstration gives."""
    for name in ("MCU_AS_OF", "MCU_SMTP_PORT", "MCU_RECIPIENT_MAIL_TEMPLATE"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("MCU_SMTP_DEMO_PORT", "18999")
    settings.cache_clear()
    yield monkeypatch
    monkeypatch.undo()
    settings().installation_env.unlink(missing_ok=True)
    settings.cache_clear()


def test_a_demonstration_gives_its_instant_its_mail_server_and_its_services(bare: pytest.MonkeyPatch) -> None:
    assert settings().as_of is None and settings().smtp_port == 25
    give_settings()
    assert settings().as_of == CITY_END
    assert settings().smtp_port == 18999
    assert settings().recipient_mail_template == "{recipient_code}@localhost"
    assert [service.name for service in all_services()] == ["city", "mail", "airflow", "superset", "supervisor"]


def test_without_the_city_nothing_is_given(bare: pytest.MonkeyPatch) -> None:
    give_settings()
    bare.setenv("MCU_CITY", "false")
    give_settings()
    assert not settings().installation_env.exists()
    assert settings().as_of is None and settings().recipient_mail_template == ""
    assert [service.name for service in all_services()] == ["airflow", "superset", "supervisor"]
