"""Each program that compose names starts as far as it goes without its neighbours: imports, parsers of its flags."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from ground import ROOT, free_port
from mcu.server.compose import ComposeService, read_env, read_services

EXAMPLE = read_env(ROOT / ".env.example")
OF_THE_SIGN_IN = [name for name in EXAMPLE if "SUPERSET_" in name and re.search("_SIGN_IN|_LDAP|_OIDC", name)]
GIVEN = dict.fromkeys(EXAMPLE, "x" * 48) | dict.fromkeys(OF_THE_SIGN_IN, "") | {
    "MCU_SUPERSET_USERS": "", "MCU_SUPERSET_URL": "https://mcu.test", "MCU_AIRFLOW_URL": "https://airflow.mcu.test",
    "MCU_SECRET_AIRFLOW_FERNET": "A" * 43 + "=", "MCU_TIMEZONE": "", "MCU_WORKER_CONCURRENCY": "",
}  # fmt: skip  # a table
SERVICES = read_services(GIVEN)


def commands_of(service: ComposeService) -> list[list[str]]:
    """The program lines of its command and of its health check; a shell script is split at `&&` and `|`."""
    found = []
    for command in (service.command, service.health or []):
        if command[:2] == ["sh", "-c"]:
            script = command[2].replace("(airflow users", "airflow users").replace(" || true)", "")
            script = script.replace("$(hostname)", "host").replace("exec ", "")
            found += [shlex.split(part) for part in script.split("&&")]
        elif command:
            found.append(command)
    return found


def lines(program: str, image: str) -> list[list[str]]:
    """Arguments of each call of `program` in the services of an image."""
    ours = (service for service in SERVICES.values() if service.image.startswith(image))
    return [command[1:] for service in ours for command in commands_of(service) if command[0] == program]


BROKER = """
from contextlib import suppress
from celery.app.utils import find_app
from redis.exceptions import ConnectionError

def loads(name):
    app = find_app(name)
    assert app.tasks is not None
    with suppress(ConnectionError):  # nobody answers here; versions that do not fit are refused before that
        app.connection().channel()
"""


def run(image: str, code: str, *arguments: str, **change: str) -> str:
    """Run Python code of the image's environment with the environment of its service."""
    name, venv = {"mcu-platform": ("airflow-worker", "main"), "mcu-superset": ("superset-web", "superset")}[image]
    environment = {n: v.replace("/opt/mcu", str(ROOT)) for n, v in SERVICES[name].environment.items()} | change
    programs = ROOT / "var" / "venv" / venv / "bin"
    done = subprocess.run(
        [programs / "python", "-c", code, *arguments], capture_output=True, text=True, cwd=ROOT,
        env={"PATH": f"{programs}:{os.environ['PATH']}", "LANG": "C.UTF-8"} | environment,
    )  # fmt: skip  # a table
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    return done.stdout


def test_airflow_knows_its_executor_its_sign_in_and_every_command(tmp_path: Path) -> None:
    code = (
        BROKER
        + """
import importlib, json, sys
from airflow.cli import cli_parser
from airflow.configuration import conf
from airflow.executors.executor_loader import ExecutorLoader
executor, _ = ExecutorLoader.import_default_executor_cls()
module, _, name = conf.get("core", "auth_manager").rpartition(".")
getattr(importlib.import_module(module), name)
parser = cli_parser.get_parser()
for line in json.loads(sys.argv[1]):
    parser.parse_args(line)
for app in json.loads(sys.argv[2]):
    loads(app)
import mcu.dag_defaults
print(executor.__name__)
"""
    )
    airflow = lines("airflow", "mcu-platform")
    assert len(airflow) >= 9, airflow
    apps = [line[line.index("--app") + 1] for line in lines("celery", "mcu-platform")]
    assert apps
    assert "CeleryExecutor" in run(
        "mcu-platform", code, json.dumps(airflow), json.dumps(apps), AIRFLOW_HOME=str(tmp_path)
    )


def test_the_platforms_own_commands_exist() -> None:
    own = [line for line in lines("python", "mcu-platform") if line[0] == "-m"]
    assert ["-m", "mcu", "bootstrap"] in own and ["-m", "mcu.dag_defaults"] in own
    run("mcu-platform", "import runpy, sys; sys.argv[1:] = ['bootstrap', '--help']; runpy.run_module('mcu')")


def test_superset_its_server_and_its_workers_load(tmp_path: Path) -> None:
    code = (
        BROKER
        + """
import json, sys
from celery.bin.beat import beat
from celery.bin.worker import worker
for line in json.loads(sys.argv[1]):
    app, name, *options = line
    loads(app.removeprefix("--app="))
    if name in ("worker", "beat"):
        known = {option for p in {"worker": worker, "beat": beat}[name].params for option in p.opts}
        assert {option.partition("=")[0] for option in options} <= known, options
from gunicorn.app.wsgiapp import WSGIApplication
sys.argv[1:] = ["--check-config", *json.loads(sys.argv[2])]
WSGIApplication("%(prog)s", prog="gunicorn").run()
"""
    )
    celery, (server,) = lines("celery", "mcu-superset"), lines("gunicorn", "mcu-superset")
    assert {line[1] for line in celery} == {"worker", "beat", "inspect"}
    home = {"SUPERSET_HOME": str(tmp_path), "MCU_SUPERSET_METADATA_URL": f"sqlite:///{tmp_path}/superset.db"}
    run("mcu-superset", code, json.dumps(celery), json.dumps(server), **home)


def test_redis_starts_and_is_healthy(tmp_path: Path) -> None:
    if not shutil.which("redis-server"):
        pytest.skip("redis-server is not on this machine")  # `make soak` installs it where it may
    service, port = SERVICES["redis"], str(free_port())
    script = service.command[2].replace("redis-server", f"redis-server --port {port}")
    environment = {"PATH": os.environ["PATH"], **service.environment}
    server = subprocess.Popen(["sh", "-c", script], cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL)
    try:
        assert service.health
        check = [part.replace("redis-cli", f"redis-cli -p {port}") for part in service.health]
        healthy = ["sh", "-c", f"for i in 1 2 3 4 5 6 7 8 9; do {check[2]} && exit; sleep 1; done; exit 1"]
        assert subprocess.run(healthy, env=environment).returncode == 0
        wrong = environment | {"REDIS_PASSWORD": "wrong"}
        assert subprocess.run(check, env=wrong, stderr=subprocess.DEVNULL).returncode != 0
    finally:
        server.kill()
        server.wait()
