"""Settings of the demonstration, and those that it gives to the platform."""

from __future__ import annotations

from pydantic_settings import BaseSettings, SettingsConfigDict

from demo_city.clock import END, iso
from mcu.settings import ROOT, settings


class CitySettings(BaseSettings):
    """Environment variables `MCU_<NAME>` or lines of `.env`."""

    model_config = SettingsConfigDict(env_prefix="MCU_", env_file=ROOT / ".env", extra="ignore", env_ignore_empty=True)

    city: bool = True
    """False: no demonstration, real sources only."""
    city_items: int = 20_000
    city_seed: int = 59
    city_port: int = 8090
    smtp_demo_port: int = 8025
    imap_demo_port: int = 8143
    """The mailbox of the МЦУ."""


def city_settings() -> CitySettings:
    """The settings as they are now. Not cached: they are read seldom, and tests change them."""
    return CitySettings()


def give_settings() -> None:
    """Make this installation a demonstration: write `var/installation.env`, which the platform's settings read.

    The figures are true for the end of the city's history, so that they are the same on every day it is shown. With
    MCU_CITY=false the file is deleted: the platform runs without a companion. Safe to rerun."""
    city, path = city_settings(), settings().installation_env
    path.parent.mkdir(parents=True, exist_ok=True)
    if not city.city:
        path.unlink(missing_ok=True)
    else:
        given = {
            "MCU_COMPANION": "demo_city.companion",
            "MCU_AS_OF": iso(END),
            "MCU_SMTP_PORT": city.smtp_demo_port,
            "MCU_RECIPIENT_MAIL_TEMPLATE": "{recipient_code}@localhost",
        }
        draft = path.with_suffix(".draft")
        draft.write_text("".join(f"{name}={value}\n" for name, value in given.items()), encoding="utf-8")
        draft.replace(path)
    settings.cache_clear()
