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
from mcu.sources.registry import all_sources
from mcu.warehouse import embedded

MOUNTED = ROOT / "plugins" / "mcu" / "server" / "etc"
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
def test_service_has_a_health_check_or_ends(name: str) -> None:
    service = SERVICES[name]
    assert ("healthcheck" in service) != (service["restart"] == "no")


@pytest.mark.parametrize("name", SERVICES)
def test_service_is_hardened(name: str) -> None:
    """Nothing to write but volumes and tmpfs, no capability that it does not need, logs of a bounded size."""
    service = SERVICES[name]
    assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    needed = {"folders": ["CHOWN", "DAC_OVERRIDE", "FOWNER"], "proxy": ["NET_BIND_SERVICE"]}
    assert service.get("cap_add", []) == needed.get(name, [])
    assert {"max-size", "max-file"} <= service["logging"]["options"].keys()
    assert "/tmp" in service["tmpfs"]


def test_only_folders_runs_as_root() -> None:
    """The images of ours and PostgreSQL and Redis name another user; the proxy has no capability but its ports."""
    for name, service in SERVICES.items():
        if name == "folders":
            assert service["user"] == "root" and service["network_mode"] == "none"
        elif "build" in service:
            assert service["build"]["dockerfile_inline"].rstrip().endswith("USER mcu")
        elif name != "proxy":
            assert service["user"] in ("postgres", "redis")


def test_only_what_prepares_the_database_knows_its_superuser() -> None:
    knows = {name for name, s in SERVICES.items() if "MCU_SECRET_PG_ADMIN" in str(s.get("environment"))}
    assert knows == {"postgres", "prepare"}
    for name, service in SERVICES.items():
        if address := service.get("environment", {}).get("MCU_DATABASE_URL"):
            assert ("@" in address) == (name == "prepare")


def test_each_service_gets_only_its_own_secrets() -> None:
    def who(*variables: str) -> set[str]:
        return {n for n, s in SERVICES.items() if any(v in str(s.get("environment")) for v in variables)}

    # The processor sends the letters about killed tasks, the watchdog those about hanging ones.
    works = {"airflow-worker", "airflow-dag-processor", "watchdog"}
    assert who("MCU_SECRET_PEPPER") == works | {"prepare"}
    assert who("MCU_SECRET_BACKUP_PASSPHRASE", "MCU_SECRET_SMTP_PASSWORD") == works
    assert who("MCU_SUPERSET_ADMIN_PASSWORD") == {"superset-web"}
    assert who("MCU_SECRET_SUPERSET_LDAP", "MCU_SECRET_SUPERSET_OIDC", "_SIGN_IN") == {"superset-web"}
    assert who("MCU_SECRET_AIRFLOW_ADMIN") == {"prepare"}
    assert {n for n, s in SERVICES.items() if "env_file" in s} == works - {"watchdog"}


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert {name: s["ports"] for name, s in SERVICES.items() if "ports" in s} == {"proxy": ["80:80", "443:443"]}


def test_the_session_of_airflow_goes_over_tls_only() -> None:
    """Superset's follows from its https address (superset_config.py)."""
    assert SERVICES["airflow-api"]["environment"]["AIRFLOW__FAB__COOKIE_SECURE"] == "True"


def test_every_connection_of_a_source_can_be_given() -> None:
    named = {f"MCU_SECRET_CONN_{spec.connector.connection.upper()}" for spec in all_sources().values()}
    text = (MOUNTED / "connections.env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^(MCU_SECRET_\w+)=$", text, re.M)) == named
    assert SERVICES["airflow-worker"]["env_file"] == [{"path": "connections.env", "required": False, "format": "raw"}]
    ignored = [(ROOT / name).read_text().splitlines() for name in (".gitignore", ".dockerignore")]
    assert "/connections.env" in ignored[0] and "connections.env" in ignored[1]


def test_postgresql_is_tuned_as_the_embedded_one() -> None:
    """But for its place, and for the log, which a server archives."""
    differ = {"listen_addresses", "port", "unix_socket_directories", "wal_level", "max_wal_senders"}
    ours, servers = (_settings(text) for text in (embedded._CONF, (MOUNTED / "postgresql.conf").read_text()))
    assert {n: v for n, v in ours.items() if n not in differ} == {n: servers.get(n) for n in ours if n not in differ}
    assert servers["archive_mode"] == "on" and "/archive/wal/%f" in servers["archive_command"]
    assert "/archive" in {volume.split(":")[-1] for volume in SERVICES["postgres"]["volumes"]}


def _settings(text: str) -> dict[str, str]:
    return dict(re.findall(r"^(\w+) = (.+)$", text, re.M))


def test_nobody_connects_without_a_password() -> None:
    lines = (MOUNTED / "pg_hba.conf").read_text().splitlines()
    methods = {line.split()[-1] for line in lines if line and not line.startswith("#")}
    assert methods == {"scram-sha-256"}


def test_folders_of_the_host_are_given_to_who_writes_there() -> None:
    """Docker makes a missing folder as root; `folders` hands over each that a service mounts to write."""
    handed = set(re.findall(r"/\S+", SERVICES["folders"]["command"][-1])) & set(_mounts(SERVICES["folders"]))
    for name, service in SERVICES.items():
        outside = {inside for inside, source in _mounts(service).items() if source.startswith("$")}
        writable = {inside for inside in outside if f"{inside}:ro" not in str(service["volumes"])}
        assert writable <= handed, name


def _mounts(service: dict[str, Any]) -> dict[str, str]:
    """Path inside → source."""
    found = [re.fullmatch(r"(\$\{.*?\}|[^:]+):([^:]+)(:ro)?", volume) for volume in service.get("volumes", [])]
    return {match[2]: match[1] for match in found if match}


def test_the_proxy_adds_tls_and_hsts() -> None:
    text = (MOUNTED / "Caddyfile").read_text()
    assert text.count("import server") == 2
    assert "Strict-Transport-Security" in text and "tls {$MCU_CERTIFICATES}" in text
    caddy = shutil.which("caddy")
    if caddy:  # topology/ runs it too
        given = {"MCU_SUPERSET_URL": "https://a.test", "MCU_AIRFLOW_URL": "https://b.test", "MCU_CERTIFICATES": "/x"}
        command = [
            caddy,
            "adapt",
            "--config",
            MOUNTED / "Caddyfile",
            "--adapter",
            "caddyfile",
        ]
        done = subprocess.run(command, env=os.environ | given, capture_output=True, text=True)
        assert done.returncode == 0 and "a.test" in done.stdout, done.stderr


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


def test_every_setting_of_the_sign_in_reaches_superset() -> None:
    """Under the name that it reads, empty where nothing is given; the file with the authorities is mounted."""
    sys.path.insert(0, str(ROOT / "superset"))
    from mcu.server.compose import read_services
    from sign_in import settings as sign_in

    needed = dict.fromkeys(re.findall(r"\$\{(\w+):\?\}", TEXT), "x")
    names = [name for table in (sign_in._NEEDED, sign_in._OPTIONAL) for given in table.values() for name in given]
    names += ["SIGN_IN", "SIGN_IN_CONTACT"]
    environment = read_services(needed)["superset-web"].environment
    assert {name: environment[sign_in.PREFIX + name] for name in names} == dict.fromkeys(names, "")
    given = {sign_in._GIVEN_BY.get(name, sign_in.PREFIX + name): name for name in names}
    environment = read_services(needed | given)["superset-web"].environment
    assert {name: environment[sign_in.PREFIX + name] for name in names} == {name: name for name in names}
    assert sign_in.read(read_services(needed)["superset-web"].environment | {"MCU_SUPERSET_SIGN_IN_CA": "/dev/null"})
    inside = environment["MCU_SUPERSET_SIGN_IN_CA"]
    assert read_services(needed)["superset-web"].volumes[inside] == "/dev/null"
    assert inside in read_services(needed)["superset-web"].read_only_volumes


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
