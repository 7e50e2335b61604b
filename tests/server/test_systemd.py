"""`mcu systemd` writes units that systemd accepts, with the commands and the environment of compose."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from ground import ROOT
from mcu.server import systemd
from mcu.server.compose import VariableMissing, read_env, read_services

GIVEN = {name: f"v{name.lower()}" for name in read_env(ROOT / ".env.example")} | {
    "MCU_SECRET_PG_ADMIN": 'p"a\\s$s%d',
    "MCU_ARCHIVE": "/mnt/archive",
    "MCU_SUPERSET_USERS": '{"a": {"password": "b"}}',
}


@pytest.fixture
def units(tmp_path: Path) -> Path:
    (tmp_path / "connections.env").write_text("MCU_SECRET_CONN_POS=https://:a%40b@host/$x\n")
    systemd.write_units(GIVEN, tmp_path / "connections.env", tmp_path / "units")
    return tmp_path / "units"


def test_every_service_of_ours_has_a_unit(units: Path) -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    ours = {name for name in services if name not in ("folders", "postgres", "redis", "proxy")}
    assert {p.name for p in (units / "system").glob("*.service")} == {f"mcu-{name}.service" for name in ours}
    assert {path.stem for path in units.glob("*.env")} == ours
    assert all(path.stat().st_mode & 0o077 == 0 for path in units.glob("*.env"))


def test_neighbours_are_this_machine_and_nothing_else_can_reach_them(units: Path) -> None:
    everything = "".join(path.read_text() for path in [*units.glob("*.env"), *(units / "system").iterdir()])
    assert not re.search(r"(@|//)(postgres|redis|airflow-api):\d", everything)
    assert "0.0.0.0" not in everything and "/opt/mcu" not in everything
    assert "--bind 127.0.0.1:8088" in everything and "/mnt/archive" in everything
    environment = read_env(units / "prepare.env")
    assert environment["MCU_DATABASE_URL"] == '"postgresql://postgres:p\\"a\\\\s$s%d@127.0.0.1:5432/postgres"'


def test_each_runs_as_its_user_and_writes_into_its_folders_only(units: Path) -> None:
    def lines(name: str, key: str) -> list[str]:
        return re.findall(rf"^{key}=(.*)$", (units / "system" / f"mcu-{name}.service").read_text(), re.M)

    assert lines("base-backup", "User") == ["postgres"] and lines("base-backup", "ReadWritePaths") == ["/mnt/archive"]
    assert lines("airflow-worker", "User") == ["mcu"] and "vmcu_backups" not in "".join(lines("airflow-worker", "Exec"))
    assert all(lines(name, "ProtectSystem") == ["strict"] for name in ("airflow-worker", "superset-web", "prepare"))


def test_addresses_of_sources_reach_the_worker_only(units: Path) -> None:
    have = {path.stem for path in units.glob("*.env") if "MCU_SECRET_CONN_POS" in path.read_text()}
    assert have == {"airflow-worker", "airflow-dag-processor"}


def test_systemd_accepts_them(units: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if not analyze:
        pytest.skip("systemd-analyze is not on this machine")
    for name in ("postgresql", "redis-server"):  # of the distribution
        (units / "system" / f"{name}.service").write_text("[Service]\nExecStart=/bin/true\n")
    command = [analyze, "verify", "--man=no", "--recursive-errors=no", *map(str, (units / "system").iterdir())]
    done = subprocess.run(command, capture_output=True, text=True)
    ours = [line for line in done.stderr.splitlines() if "mcu-" in line or "mcu.target" in line]
    assert ours == []


@pytest.mark.parametrize("missing", ["MCU_SECRET_PEPPER", "MCU_SUPERSET_ACCESS"])
def test_a_missing_variable_is_named(missing: str) -> None:
    """Rights have no default either: the file of the repository names people that a server has not."""
    with pytest.raises(VariableMissing, match=missing):
        read_services({name: value for name, value in GIVEN.items() if name != missing})
