"""A server from nothing to a dashboard, in the order of compose; two workers share the loads and one is killed.

Runs in a network and process namespace of its own (test_topology.py starts it) and prints one JSON object."""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import requests
import urllib3

from ground import ROOT
from mcu.backup.databases import DATABASES
from mcu.runtime.airflow_api import Airflow
from mcu.server.compose import ComposeService, read_env, read_services
from mcu.sources.registry import all_sources
from table_sums import table_sums
from topology.containers import UIDS, Container, build_image, create_cluster

ITEMS = int(os.environ.get("TOPOLOGY_ITEMS", "1000"))
CITY = "http://127.0.0.1:8090"
AIRFLOW = "http://127.0.0.1:8080"


@dataclass
class Topology:
    """The running services, and how long each step took."""

    home: Path
    services: dict[str, ComposeService]
    running: dict[str, Container] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        print(f"… {step}", file=sys.stderr, flush=True)
        began = time.monotonic()
        yield
        self.seconds[step] = round(time.monotonic() - began, 1)
        print(f"  {step}: {self.seconds[step]} s", file=sys.stderr, flush=True)

    def start(self, name: str, host: str | None = None, **environment: str) -> Container:
        service = self.services[name]
        service = replace(service, environment=service.environment | environment)
        container = Container(service, self.home, host or name).start()
        self.running[container.name] = container
        return container


def main(home: Path) -> dict[str, Any]:
    """Run everything; the figures."""
    given = server_settings(home)
    os.environ["MCU_SECRET_AIRFLOW_ADMIN"] = given["MCU_SECRET_AIRFLOW_ADMIN"]
    topology = Topology(home, read_services(given))
    prepare_machine(topology)
    with topology.timed("PostgreSQL and Redis healthy"):
        topology.start("folders").finish()
        create_cluster(topology.services["postgres"], home)
        for name in ("postgres", "redis"):
            topology.start(name).wait_healthy()
    with topology.timed("databases, roles, Airflow's tables"):
        topology.start("prepare").finish()
    with topology.timed(f"a city of {ITEMS} items"):
        city = City(home, given)
    with topology.timed("Airflow and two workers healthy"):
        start_airflow(topology, city)
    topology.start("base-backup")
    with topology.timed("all sources loaded, one worker killed in a load"):
        loads = load_all(topology)
    with topology.timed("marts built and checked"):
        state = airflow().wait({"transform": airflow().trigger("transform")})["transform"]
    with topology.timed("Superset, its worker, beat and the proxy healthy"):
        for name in ("superset-web", "superset-worker", "superset-beat", "proxy"):
            topology.start(name).wait_healthy()
    worker = topology.running["worker-2"]
    figures = {
        "loads": loads,
        "transform": state,
        "reconcile": city.reconcile(),
        "doctor": worker.run(["python", "-m", "mcu", "doctor"]).stdout,
        "people": through_the_proxy(given, topology.running["airflow-api"]),
        "base_backup": topology.running["base-backup"].wait_healthy(),
        "unhealthy": [c.name for c in topology.running.values() if c.service.health and not c.is_healthy()],
    }
    return figures | {"restore": restore_drill(topology, city), "seconds": topology.seconds}


def prepare_machine(topology: Topology) -> None:
    """Images, and the volumes and folders with the owners that Docker gives them."""
    for service in topology.services.values():
        build_image(service, topology.home)
    for volume, user in {"platform": "mcu", "superset": "mcu", "postgres": "postgres"}.items():
        folder = topology.home / "volumes" / volume
        folder.mkdir(parents=True)
        os.chown(folder, UIDS[user], UIDS[user])
    for name in ("inbox", "backups", "archive", "certificates"):
        (topology.home / name).mkdir()
    hosts = topology.home / "hosts"  # seen by this process only
    hosts.write_text("127.0.0.1 localhost mcu.test airflow.mcu.test\n")
    subprocess.run(["mount", "--bind", hosts, "/etc/hosts"], check=True)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=mcu.test",
         "-keyout", topology.home / "certificates" / "key.pem", "-out", topology.home / "certificates" / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip  # a table


class City:
    """The source systems and the mail server of the demonstration, outside the containers."""

    def __init__(self, home: Path, given: dict[str, str]) -> None:
        self.var = home / "city"
        self.var.mkdir()
        (self.var / "inbox").symlink_to(home / "inbox")
        database = f"postgresql://postgres:{given['MCU_SECRET_PG_ADMIN']}@127.0.0.1:5432/postgres"
        passwords = {name: value for name, value in given.items() if name.startswith("MCU_SECRET_PG_")}
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("MCU_", "AIRFLOW"))}
        self.env = plain | passwords | {
            "MCU_VAR": str(self.var), "MCU_DATABASE_URL": database, "MCU_CITY_ITEMS": str(ITEMS),
            "MCU_COMPANION": "demo_city.companion", "PYTHONPATH": str(ROOT / "plugins"),
        }  # fmt: skip  # a table
        self._run("-m", "demo_city", "build")
        for module in ("demo_city.serve", "demo_city.mail_server"):
            with (home / "logs" / f"{module}.log").open("wb") as log:
                subprocess.Popen([sys.executable, "-m", module], env=self.env, cwd=ROOT, stdout=log, stderr=log)
        for path in (home / "inbox").rglob("*"):
            os.chown(path, UIDS["mcu"], UIDS["mcu"])
        inside = {str(home / "inbox"): "/var/lib/mcu/inbox"}
        self.connections = {
            f"MCU_SECRET_{path.name.upper()}": path.read_text().replace(*next(iter(inside.items())))
            for path in (self.var / "secrets").glob("conn_*")
        }

    def reconcile(self) -> str:
        """The counts of each step against the truth of the city."""
        return self._run("-m", "mcu", "reconcile")

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], env=self.env, cwd=ROOT, capture_output=True, text=True, timeout=600
        )
        if done.returncode:
            raise RuntimeError(f"{arguments} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
        return done.stdout


def start_airflow(topology: Topology, city: City) -> None:
    for name in ("airflow-api", "airflow-scheduler"):
        topology.start(name).wait_healthy()
    topology.start("airflow-dag-processor", **city.connections)
    topology.start("airflow-triggerer")
    for n in (1, 2):  # they share one network here, so each needs a port of its own for its logs
        topology.start(
            "airflow-worker", f"worker-{n}", **city.connections,
            AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT=str(8792 + n), MCU_WORKER_CONCURRENCY="2",
        )  # fmt: skip  # a table
    topology.start("watchdog")
    for name in ("airflow-dag-processor", "airflow-triggerer", "worker-1", "worker-2", "watchdog"):
        topology.running[name].wait_healthy()


def airflow() -> Airflow:
    return Airflow()


def load_all(topology: Topology) -> dict[str, Any]:
    """Trigger every load at once; kill the first worker while it loads, and start it again as Docker does."""
    client = airflow()
    slugs = all_sources()
    client.wait_for_dags([*(f"ingest_{slug}" for slug in slugs), "transform"])
    runs = {f"ingest_{slug}": client.trigger(f"ingest_{slug}") for slug in slugs}
    killed = None
    until = time.monotonic() + 300
    while killed is None and time.monotonic() < until:
        busy = (task for task in tasks(client) if task["hostname"] == "worker-1" and task["state"] == "running")
        killed = next((task for task in busy if task["task_id"] == "load"), None)
    topology.running["worker-1"].kill()
    at = time.monotonic()
    topology.start("airflow-worker", "worker-1", **topology.running["worker-1"].service.environment)
    states = client.wait(runs, seconds=900)
    return {
        "states": Counter(states.values()),
        "failed": {dag: client.failed_tasks(dag, runs[dag]) for dag, state in states.items() if state != "success"},
        "killed": f"{killed['dag_id']}.{killed['task_id']}" if killed else None,
        "seconds after the kill": round(time.monotonic() - at, 1),
        "tasks by worker": Counter(task["hostname"] for task in tasks(client) if task["state"] == "success"),
        "tries": {f"{t['dag_id']}.{t['task_id']}": t["try_number"] for t in tasks(client) if t["try_number"] > 1},
    }


def tasks(client: Airflow) -> list[dict[str, Any]]:
    answer = client._call("GET", "/api/v2/dags/~/dagRuns/~/taskInstances", params={"limit": 200})
    return [task for task in answer["task_instances"] if task["hostname"]]


def restore_drill(topology: Topology, city: City) -> dict[str, Any]:
    """Stop all but PostgreSQL, make a backup and bring it back on a machine that has nothing; compare every table."""
    for container in topology.running.values():
        if container.name != "postgres" and container.process and container.process.poll() is None:
            container.kill()
    worker = topology.services["airflow-worker"]
    with topology.timed("backup"):
        make = replace(worker, command=["python", "-m", "mcu", "backup"])
        Container(make, topology.home, "backup").start().finish()
    (folder,) = (topology.home / "backups").glob("2*")
    var, passphrase = topology.home / "elsewhere", worker.environment["MCU_SECRET_BACKUP_PASSPHRASE"]
    plain = {name: value for name, value in city.env.items() if not name.startswith("MCU_")}
    env = plain | {"MCU_VAR": str(var), "MCU_PG_PORT": "55432", "MCU_SECRET_BACKUP_PASSPHRASE": passphrase}
    with topology.timed("restore"):
        done = subprocess.run(
            [sys.executable, "-m", "mcu", "restore", folder], env=env, cwd=ROOT, capture_output=True, text=True
        )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    password = (var / "secrets" / "pg_admin").read_text().strip()
    before = table_sums(
        DATABASES, lambda database: city.env["MCU_DATABASE_URL"].replace("5432/postgres", f"5432/{database}")
    )
    after = table_sums(DATABASES, lambda database: f"postgresql://postgres:{password}@127.0.0.1:55432/{database}")
    return {
        "tables": len(before),
        "different": sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name)),
        "same pepper": (var / "secrets" / "pepper").read_text() == worker.environment["MCU_SECRET_PEPPER"],
        "steps": done.stdout,
    }


def through_the_proxy(given: dict[str, str], api: Container) -> dict[str, Any]:
    """What a person gets over HTTPS: Superset's sign-in and the dashboard, Airflow's page; plain HTTP is redirected."""
    found: dict[str, Any] = {}
    urllib3.disable_warnings()  # the certificate is the test's own
    session = requests.Session()
    session.trust_env, session.verify = False, False
    for host, path in {"mcu.test": "/login/", "airflow.mcu.test": "/auth/login/"}.items():
        answer = session.get(f"https://{host}{path}", timeout=60)
        plain = session.get(f"http://{host}{path}", timeout=60, allow_redirects=False)
        found[host] = {
            "status": answer.status_code,
            "hsts": answer.headers.get("Strict-Transport-Security"),
            "plain": (plain.status_code, plain.headers.get("Location")),
            "cookies are secure": all(cookie.secure for cookie in session.cookies if cookie.domain.endswith(host)),
        }
    found["airflow"] = airflow_accounts(given["MCU_SECRET_AIRFLOW_ADMIN"], api)
    login = {"username": "admin", "password": given["MCU_SECRET_SUPERSET_ADMIN"], "provider": "db"}
    token = session.post("https://mcu.test/api/v1/security/login", json=login, timeout=60).json()["access_token"]
    header = {"Authorization": f"Bearer {token}"}
    charts = session.get("https://mcu.test/api/v1/chart/?q=(page_size:100)", headers=header, timeout=60).json()
    data = [
        session.get(f"https://mcu.test/api/v1/chart/{chart['id']}/data/", headers=header, timeout=120).status_code
        for chart in charts["result"][:5]
    ]
    return found | {"charts": charts["count"], "data": data}


def airflow_accounts(password: str, api: Container) -> dict[str, Any]:
    """What is left of a session and of tokens after signing out, of an account after ten wrong passwords, and of a
    token after its account was removed."""
    address = "https://airflow.mcu.test"
    session = requests.Session()
    session.trust_env, session.verify = False, False
    page = session.get(f"{address}/auth/login/", timeout=60).text
    (csrf,) = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page)[:1]
    form = {"username": "admin", "password": password, "csrf_token": csrf}
    session.post(f"{address}/auth/login/", data=form, headers={"Referer": address}, timeout=60)
    copied = session.cookies.get_dict()

    def asked(path: str, **cookies: str) -> requests.Response:
        return requests.get(address + path, cookies=cookies, verify=False, allow_redirects=False, timeout=60)

    def sign_in(given: str, name: str = "admin") -> requests.Response:
        body = {"username": name, "password": given}
        return requests.post(f"{address}/auth/token", json=body, verify=False, timeout=60)

    def token(given: str) -> int:
        return sign_in(given).status_code

    def counts(bearer: str) -> int:
        headers = {"Authorization": f"Bearer {bearer}"}
        return requests.get(f"{address}/api/v2/pools", headers=headers, verify=False, timeout=60).status_code

    def users(*arguments: str) -> None:
        done = api.run(["airflow", "users", *arguments])
        if done.returncode:
            raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])

    before = asked("/api/v2/pools", **copied).status_code
    asked_for = sign_in(password).json()["access_token"]
    users("create", "--role", "Admin", "--username", "leaver", "--password", password, "--firstname", "Л",
          "--lastname", "Л", "--email", "leaver@localhost")  # fmt: skip  # a table
    leaver = sign_in(password, "leaver").json()["access_token"]
    has_counted = counts(asked_for), counts(leaver)
    users("delete", "--username", "leaver")
    removed = time.monotonic()
    while counts(leaver) == 200 and time.monotonic() - removed < 300:
        time.sleep(1)
    session.get(f"{address}/api/v2/auth/logout", timeout=60)
    return {
        "tokens before": has_counted,
        "seconds until the token of a removed account ends": round(time.monotonic() - removed, 1),
        "token of the API after signing out": counts(asked_for),
        "signed in": before,
        "token after signing out": asked("/api/v2/pools", **copied).status_code,
        "session gives a token": "_token" in asked("/auth/login/", session=copied["session"]).cookies,
        "right password": token(password),
        "wrong passwords": sorted({token("wrong") for _ in range(10)}),
        "right password of a locked account": token(password),
    }


def server_settings(home: Path) -> dict[str, str]:
    """A filled in `.env`: each secret made anew, as its comments ask for."""
    names = read_env(ROOT / ".env.example")
    given = {name: secrets.token_hex(24) for name in names if name.startswith("MCU_SECRET_")}
    given["MCU_SECRET_AIRFLOW_FERNET"] = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    given["MCU_SECRET_RECIPIENT_ADDRESSES"] = ""
    (home / "access.csv").write_text("login,role,municipality_code,block_code,recipient_code\n")  # admin only
    given["MCU_SUPERSET_ACCESS"] = str(home / "access.csv")
    return given | {
        "MCU_SMTP_HOST": "127.0.0.1",
        "MCU_SMTP_PORT": "8025",
        "MCU_SMTP_SECURITY": "none",
        "MCU_SECRET_SMTP_PASSWORD": "",
        "MCU_ALERT_FROM": "mcu@localhost",
        "MCU_ALERT_TO": "duty@localhost",
        "MCU_SUPERSET_URL": "https://mcu.test",
        "MCU_AIRFLOW_URL": "https://airflow.mcu.test",
        **{f"MCU_{name}": str(home / name.lower()) for name in ("INBOX", "BACKUPS", "ARCHIVE", "CERTIFICATES")},
    }


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1])), ensure_ascii=False, indent=1))
