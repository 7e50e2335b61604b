"""docker-compose.yml: pinned, healthy, without secrets, and described in .env.example."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import Any

import pytest
import yaml

from ground import ROOT
from mcu.settings import INGEST_SLOTS

TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
EXAMPLE = set(re.findall(r"^(MCU_\w+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.M))
PINNED = re.compile(r":\d+\.\d+[\w.-]*$")


@pytest.mark.parametrize("name", SERVICES)
def test_image_is_pinned(name: str) -> None:
    service = SERVICES[name]
    assert PINNED.search(service["image"]), service["image"]
    if "build" in service:
        bases = re.findall(r"^FROM (\S+)", service["build"]["dockerfile_inline"], re.M)
        assert bases and all(PINNED.search(base) for base in bases), bases
        assert "--require-hashes" in service["build"]["dockerfile_inline"]


@pytest.mark.parametrize("name", SERVICES)
def test_service_has_a_health_check(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]


def test_the_programs_know_the_flags_they_are_given() -> None:
    (flags,) = re.findall(r"superset/sync\.py(.*?)&&", TEXT)
    usage = subprocess.run([sys.executable, ROOT / "superset" / "sync.py", "--help"], capture_output=True, text=True)
    assert usage.returncode == 0, usage.stderr
    assert set(flags.split()) <= set(re.findall(r"--[\w-]+", usage.stdout))


def test_the_demonstration_is_in_no_image() -> None:
    """Each image copies named folders, and neither demo_city nor a folder that holds it."""
    copied = {path for s in SERVICES.values() if "build" in s for path in _copied(s["build"]["dockerfile_inline"])}
    assert {"plugins/mcu", "dags", "superset"} <= copied
    demonstration = ROOT / "plugins" / "demo_city"
    assert demonstration.is_dir()
    for path in copied:
        assert (ROOT / path).exists(), path
        assert not demonstration.is_relative_to(ROOT / path), path


def _copied(dockerfile: str) -> list[str]:
    lines = re.findall(r"^COPY (?:--\S+ )*(.+)$", dockerfile, re.M)
    return [path for line in lines for path in line.split()[:-1]]


def test_the_image_has_every_folder_that_the_platform_reads() -> None:
    dockerfile = SERVICES["airflow-api"]["build"]["dockerfile_inline"]
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "plugins" / "mcu").rglob("*.py"))
    read = set(re.findall(r'\bROOT / "(\w+)"', code))
    assert {"dags", "dbt_project", "expectations"} <= read
    only_embedded = {"var", "superset", "plugins", "tests"}
    assert read - only_embedded <= set(_copied(dockerfile))


def test_the_worker_runs_one_task_more_than_the_pool_of_loads() -> None:
    (default,) = re.findall(r"MCU_WORKER_CONCURRENCY:-(\d+)", TEXT)
    assert int(default) > INGEST_SLOTS
    assert "python -m mcu.dag_defaults" in TEXT  # creates the pool


def test_no_secret_stands_in_the_file() -> None:
    secretive = re.compile(r"SECRET|PASSWORD|_KEY|_URL|_CONN")
    for service in SERVICES.values():
        for key, value in service.get("environment", {}).items():
            if secretive.search(key) and "://" not in str(value):
                assert re.fullmatch(r"\$\{\w+(:[?-].*)?\}", str(value)), f"{key} is written out"
            for password in re.findall(r"://[^/\s]*?:([^@\s]+)@", str(value)):
                assert password.startswith("${"), f"{key} holds a password"


def test_every_variable_is_in_the_example() -> None:
    used = set(re.findall(r"(?<!\$)\$\{(\w+)", TEXT))
    assert used and used <= EXAMPLE, used - EXAMPLE


def test_every_setting_is_in_the_example() -> None:
    from mcu.settings import Settings

    only_tests_need = {"MCU_VAR"}
    assert {f"MCU_{name.upper()}" for name in Settings.model_fields} - only_tests_need <= EXAMPLE


def test_compose_itself_accepts_it() -> None:
    docker = shutil.which("docker")
    if not docker or subprocess.run([docker, "compose", "version"], capture_output=True).returncode:
        pytest.skip("`docker compose` is not on this machine")  # the tests above read the file all the same
    given = dict.fromkeys(EXAMPLE, "1") | {"MCU_SUPERSET_USERS": "{}", "MCU_INBOX": "./var/inbox"}
    done = subprocess.run([docker, "compose", "config", "-q"], cwd=ROOT, env=os.environ | given, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
