"""Where things are and which knobs an installation has. Every knob is an environment
variable `MCU_<NAME>` (or a line of `.env`); `.env.example` lists them all."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal, Self
from zoneinfo import ZoneInfo

from pydantic import model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[2]
CITY_END = datetime(2026, 11, 20, 18, 0, tzinfo=ZoneInfo("Europe/Moscow"))
"""The demonstration city's history ends here, so that its figures are the same on every day it is shown."""

INGEST_SLOTS = 3
"""Load tasks that run at once. Airflow runs one task more, so that a transformation never waits for a slow source."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="MCU_", env_file=ROOT / ".env", extra="ignore", env_ignore_empty=True)

    var: Path = ROOT / "var"
    """Run-time state of this installation."""

    database_url: str | None = None
    """A given PostgreSQL (superuser URL). Unset: the embedded one is started."""
    pg_port: int = 55432
    airflow_port: int = 8080
    superset_port: int = 8088
    city_port: int = 8090
    smtp_demo_port: int = 8025
    imap_demo_port: int = 8143
    """The demonstration city's mailbox of the МЦУ."""

    city: bool = True
    """Whether the demonstration city runs beside the platform."""
    city_items: int = 20_000
    city_seed: int = 59

    as_of: datetime | None = None
    """Pins the instant the figures are true for. Unset: the moment a transformation starts,
    or, where the demonstration city runs, the last instant of its invented history."""
    timezone: str = "Europe/Moscow"
    """The municipality's zone: local days are counted in it."""

    sources_overlay: Path | None = None
    """A folder that adds sources: `*.yml` specs beside `models/<slug>/` staging folders."""

    smtp_host: str = "127.0.0.1"
    smtp_port: int = 25
    """Unset where the demonstration city runs: the demonstration's own mail server."""
    smtp_user: str = ""
    smtp_security: Literal["none", "starttls", "tls"] = "none"
    alert_from: str = "mcu@localhost"
    alert_to: str = "duty@localhost"
    recipient_mail_template: str = ""
    """Where the deadline digest goes when the secret `recipient_addresses` does not say: an address with
    `{recipient_code}` in it. Unset where the demonstration city runs: `{recipient_code}@localhost`; else `alert_to`."""
    superset_url: str = ""
    """How people reach Superset: the link in an alert. Unset: this machine's."""

    @model_validator(mode="after")
    def _follow_the_city(self) -> Self:
        if self.city and self.as_of is None:
            self.as_of = CITY_END
        if self.city and "smtp_port" not in self.model_fields_set:
            self.smtp_port = self.smtp_demo_port
        if self.city and "recipient_mail_template" not in self.model_fields_set:
            self.recipient_mail_template = "{recipient_code}@localhost"
        if "superset_url" not in self.model_fields_set:
            self.superset_url = f"http://127.0.0.1:{self.superset_port}"
        return self

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def secrets_dir(self) -> Path:
        return self.var / "secrets"

    @property
    def logs(self) -> Path:
        return self.var / "logs"

    @property
    def inbox(self) -> Path:
        """Folders where people drop files, one a source."""
        return self.var / "inbox"

    @property
    def kept_files(self) -> Path:
        """Every file that was read or refused, under its SHA-256."""
        return self.var / "files"


@cache
def settings() -> Settings:
    """The settings of this process. Tests call `settings.cache_clear()` after changing the environment."""
    return Settings()
