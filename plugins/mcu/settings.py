"""Paths and settings of an installation.

A setting is the environment variable `MCU_<NAME>`, else a line of `.env`, else a line of `var/installation.env`, else
the default below. `.env.example` lists them all; `var/installation.env` is written by the companion (see `companion`).
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal, Self
from zoneinfo import ZoneInfo

from pydantic import model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[2]

INGEST_SLOTS = 6
"""Load tasks that run at once: three sources that hang leave three places to the others. Airflow runs one task more, so
that a transformation never waits for a slow source."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="MCU_", env_file=ROOT / ".env", extra="ignore", env_ignore_empty=True)

    var: Path = ROOT / "var"
    """Run-time state of this installation."""

    database_url: str | None = None
    """A given PostgreSQL (superuser URL). Unset: the embedded one is started."""
    database_wait_seconds: float = 0
    """How long to wait for a database that does not answer. Airflow's tasks wait a minute, a command does not."""
    pg_port: int = 55432
    airflow_port: int = 8080
    superset_port: int = 8088

    companion: str = ""
    """A module that runs services beside the platform, such as a demonstration (`mcu.runtime.companion`).
    Empty: there is none."""

    as_of: datetime | None = None
    """The instant the figures are true for. Unset: the moment a transformation starts."""
    timezone: str = "Europe/Moscow"
    """The municipality's zone: local days are counted in it."""

    backups: Path | None = None
    """Where backups go; another disk than the database's. Unset: `var/backups`."""
    backups_kept: int = 14
    """How many of them stay; older ones are deleted after a new one is complete."""

    task_logs_days: int = 30
    """How long the logs of Airflow's tasks stay."""

    sources_overlay: Path | None = None
    """A folder that adds sources: `*.yml` specs beside `models/<slug>/` staging folders."""

    smtp_host: str = "127.0.0.1"
    smtp_port: int = 25
    smtp_user: str = ""
    smtp_security: Literal["none", "starttls", "tls"] = "none"
    alert_from: str = "mcu@localhost"
    alert_to: str = "duty@localhost"
    recipient_mail_template: str = ""
    """Where the deadline digest goes when the secret `recipient_addresses` does not say: an address with
    `{recipient_code}` in it. Unset: `alert_to`."""
    superset_users: str = ""
    """Accounts of Superset beside the machine's own: `{"login": {"password", "first_name", "last_name"}}`."""
    superset_access: Path | None = None
    """Who may see what (`access.csv`). Unset: `superset/access.csv`, where the head of the МЦУ sees all."""
    geo: Path | None = None
    """A folder with municipal boundaries as GeoJSON, for the map of places. Unset: the map shows points only."""
    superset_sign_in: str = "local"
    """How people prove who they are: `local` (a password of `superset_users`), `ldap` (the municipality's directory) or
    `oidc` (an identity provider). The settings below are judged by `superset/sign_in/settings.py`."""
    superset_sign_in_ca: Path | None = None
    """The authorities that sign the certificate of the directory or provider (PEM). Unset: those of the system."""
    superset_sign_in_contact: str = ""
    """Whom somebody without a row in `access.csv` shall ask, in the dative."""
    superset_ldap_url: str = ""
    superset_ldap_security: str = ""
    superset_ldap_base: str = ""
    superset_ldap_bind_dn: str = ""
    superset_ldap_filter: str = ""
    superset_ldap_login: str = ""
    superset_oidc_issuer: str = ""
    superset_oidc_client_id: str = ""
    superset_oidc_scopes: str = ""
    superset_oidc_login: str = ""
    superset_url: str = ""
    """How people reach Superset: the link in an alert. Unset: this machine's."""

    @model_validator(mode="after")
    def _default_superset_url(self) -> Self:
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

    @property
    def installation_env(self) -> Path:
        """Settings that the companion gives; the environment and `.env` override them."""
        return self.var / "installation.env"


@cache
def settings() -> Settings:
    """The settings of this process. Call `settings.cache_clear()` after changing the environment or a file."""
    given = Settings().installation_env
    return Settings(_env_file=(given, ROOT / ".env"))  # type: ignore[call-arg]  # pydantic-settings' own argument
