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
    told = subprocess.run([sys.executable, ROOT / "superset" / "sync.py", "--help"], capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    assert set(flags.split()) <= set(re.findall(r"--[\w-]+", told.stdout))


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
