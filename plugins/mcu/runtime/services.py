"""The services of an embedded installation: what each is started with and where it answers."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcu import task_logs
from mcu.errors import UserError
from mcu.runtime import processes
from mcu.runtime.progress import console
from mcu.secrets import given_secret, put_secret, secret
from mcu.settings import INGEST_SLOTS, ROOT, settings
from mcu.warehouse import connect

AIRFLOW_USER = "admin"
SUPERSET_ADMIN = "admin"
SUPERSET_MCU_USER = "rukovoditel"


@dataclass(frozen=True)
class Service:
    """A long-lived process. Its values are functions: they are read when the service starts, not at import."""

    name: str
    title: str
    command: Callable[[], list[str]]
    env: Callable[[], dict[str, str]]
    port: Callable[[], int | None]
    """None: it listens nowhere."""
    port_setting: str
    health: Callable[[], str] | None
    """A URL that answers 200 once the service is ready. None: its port, or its process, is enough."""
    start_seconds: float = 60

    def start(self) -> None:
        """Start the service unless it runs. Processes that outlived their leader are stopped first: nobody watches
        them."""
        with processes.turn(self.name):
            if processes.family(self.name) and processes.leader(self.name) is None:
                self._restart_because("главный процесс был завершён, остальные остановлены")
            else:
                self._start()

    def _start(self) -> None:
        processes.start(self.name, self.command(), self.env(), self.port(), self.port_setting)

    def wait(self, on_progress: Callable[[float], None] | None = None) -> None:
        if self.health:
            processes.wait_healthy(self.name, self.health(), self.start_seconds, on_progress)

    def restart_because(self, why: str) -> None:
        """Stop what runs, say why, and start anew."""
        with processes.turn(self.name):
            self._restart_because(why)

    def _restart_because(self, why: str) -> None:
        console.print(f"      [yellow]{self.title}: {why}; запускается заново[/]")
        processes.stop(self.name)
        self._start()

    def stop(self) -> None:
        with processes.turn(self.name):
            processes.stop(self.name)

    @property
    def has_ended(self) -> bool:
        """True if it was started, nobody stopped it, and it has ended."""
        return processes.has_ended(self.name)

    def age_seconds(self) -> float | None:
        """How long ago its leader was started; None if it does not run."""
        leader = processes.leader(self.name)
        return leader.age_seconds if leader else None

    def is_up(self) -> bool:
        if processes.leader(self.name) is None:
            return False
        if self.health:
            return processes.is_healthy(self.health())
        port = self.port()
        return port is None or processes.port_taken(port)


def airflow_url() -> str:
    return f"http://127.0.0.1:{settings().airflow_port}"


def superset_url() -> str:
    return f"http://127.0.0.1:{settings().superset_port}"


def common_env() -> dict[str, str]:
    """Environment of every child process: our package, our settings, no telemetry."""
    s = settings()
    return {
        "PYTHONPATH": str(ROOT / "plugins"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "MCU_VAR": str(s.var.resolve()),
        "DO_NOT_TRACK": "1",
        "GX_ANALYTICS_ENABLED": "False",
        "SCARF_ANALYTICS": "false",
        "no_proxy": "127.0.0.1,localhost",
        # Many processes are short: without compiled files each would compile Airflow or dbt anew.
        "PYTHONDONTWRITEBYTECODE": "",
    }


def airflow_env() -> dict[str, str]:
    """The whole configuration of Airflow. Passwords come from the secrets of the installation."""
    home = settings().var.resolve() / "airflow"
    home.mkdir(parents=True, exist_ok=True)
    put_secret("airflow_passwords.json", json.dumps({AIRFLOW_USER: secret("airflow_admin")}))
    return common_env() | {
        "MCU_DATABASE_WAIT_SECONDS": "60",
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        # A companion triggers the DAGs itself, one by one. Without it they run by their timetable.
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": str(bool(settings().companion)),
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": str(INGEST_SLOTS + 1),
        "AIRFLOW__CORE__DEFAULT_TIMEZONE": settings().timezone,
        "AIRFLOW__CORE__FERNET_KEY": _fernet_key(),
        "AIRFLOW__CORE__AUTH_MANAGER": "mcu.runtime.airflow_sign_out.AuthManager",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{AIRFLOW_USER}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(
            settings().secrets_dir.resolve() / "airflow_passwords.json"
        ),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{airflow_url()}/execution/",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": connect.url("airflow", "psycopg2"),
        "AIRFLOW__API__BASE_URL": airflow_url(),
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(settings().airflow_port),
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API__SECRET_KEY": secret("airflow_api"),
        "AIRFLOW__API_AUTH__JWT_SECRET": secret("airflow_jwt") + secret("airflow_jwt"),
        "AIRFLOW__API_AUTH__JWT_EXPIRATION_TIME": "43200",
        "AIRFLOW__API_AUTH__JWT_CLI_EXPIRATION_TIME": "43200",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "30",
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "60",
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(task_logs.folder().resolve()),
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    }


def superset_env() -> dict[str, str]:
    """Environment of Superset; `superset/superset_config.py` reads nothing else."""
    user = {
        "password": secret("superset_rukovoditel"),
        "first_name": "Руководитель",
        "last_name": "МЦУ",
        "keeps_password": "true",  # a secret of this machine, which `mcu status` prints
    }
    python = ROOT / "var" / "venv" / "superset" / "bin"
    return {
        **{k: v for k, v in common_env().items() if k not in ("PYTHONPATH", "PATH")},
        "PATH": f"{python}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONPATH": str(ROOT / "superset"),
        "SUPERSET_HOME": str(settings().var.resolve() / "superset"),
        "SUPERSET_CONFIG_PATH": str(ROOT / "superset" / "superset_config.py"),
        "MCU_SUPERSET_SECRET_KEY": secret("superset_secret_key"),
        "MCU_SUPERSET_METADATA_URL": connect.url("superset", "psycopg2"),
        "MCU_SUPERSET_READER_URL": connect.url("reader", "psycopg2"),
        "MCU_SUPERSET_ACCESS_URL": connect.url("access", "psycopg2"),
        "MCU_SUPERSET_URL": settings().superset_url,
        "MCU_TIMEZONE": settings().timezone,
        "MCU_SUPERSET_ADMIN_PASSWORD": secret("superset_admin"),
        "MCU_SUPERSET_USERS": json.dumps(({SUPERSET_MCU_USER: user} if has_local_people() else {}) | _given_accounts()),
        "MCU_SUPERSET_ACCESS": str((settings().superset_access or ROOT / "superset" / "access.csv").resolve()),
        **_sign_in_env(),
    }


def _given_accounts() -> dict[str, Any]:
    """Those of MCU_SUPERSET_USERS; `superset/sync.py` looks at each. Raises UserError."""
    try:
        given = json.loads(settings().superset_users or "{}")
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise UserError('MCU_SUPERSET_USERS: нужен JSON вида {"имя": {"password", "first_name", "last_name"}}')
    return given


def has_local_people() -> bool:
    """False where a directory or an identity provider proves who people are: then only the administrator has a password
    here."""
    return settings().superset_sign_in == "local"


def _sign_in_env() -> dict[str, str]:
    """How people prove who they are, and the secret that this way needs. What is not set is left out."""
    s = settings()
    parts = ("superset_sign_in", "superset_ldap", "superset_oidc")
    given = {name: value for name, value in s.model_dump(exclude_unset=True).items() if name.startswith(parts)}
    if s.superset_sign_in_ca:
        given["superset_sign_in_ca"] = s.superset_sign_in_ca.resolve()
    needed = {
        "ldap": ("superset_ldap_password", "superset_ldap"),
        "oidc": ("superset_oidc_client_secret", "superset_oidc"),
    }
    if s.superset_sign_in in needed:
        variable, name = needed[s.superset_sign_in]
        given[variable] = given_secret(name) or ""
    return {f"MCU_{name.upper()}": str(value) for name, value in given.items()}


def superset_python() -> str:
    return str(ROOT / "var" / "venv" / "superset" / "bin" / "python")


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(secret("airflow_fernet").encode()).digest()).decode()


def python_module(name: str) -> Callable[[], list[str]]:
    """The command that runs a Python module of ours."""
    return lambda: [sys.executable, "-m", name]


AIRFLOW = Service(
    "airflow", "Airflow", python_module("mcu.runtime.airflow_parts"), airflow_env,
    lambda: settings().airflow_port, "MCU_AIRFLOW_PORT", lambda: f"{airflow_url()}/api/v2/monitor/health", 420,
)  # fmt: skip  # a table
SUPERSET = Service(
    "superset", "Superset",
    lambda: [
        str(Path(superset_python()).parent / "gunicorn"), "--bind", f"127.0.0.1:{settings().superset_port}",
        "--workers", "2", "--worker-class", "gthread", "--threads", "8", "--timeout", "120",
        "superset.app:create_app()",
    ],
    superset_env, lambda: settings().superset_port, "MCU_SUPERSET_PORT", lambda: f"{superset_url()}/health", 120,
)  # fmt: skip  # a table
SUPERVISOR = Service(
    "supervisor", "Надзор за службами", python_module("mcu.runtime.supervisor"), common_env, lambda: None, "", None,
)  # fmt: skip  # a table
