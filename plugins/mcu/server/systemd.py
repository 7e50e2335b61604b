"""Units of systemd for a server without Docker, made of `docker-compose.yml`: the same commands, environment and order.

PostgreSQL, Redis and the proxy come from the distribution. Each service gets a unit and a file with its environment,
which holds secrets and is readable by root only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from mcu.server.compose import ComposeService, read_env, read_services
from mcu.settings import ROOT

FOLDER_OF_ENVIRONMENT = Path("/etc/mcu")
_NEIGHBOUR = re.compile(r"(@|//)(?:postgres|redis|airflow-api|superset-web):(?=\d+(?:/|$))")
_OF_THE_DISTRIBUTION = {"postgres": "postgresql.service", "redis": "redis-server.service"}

_UNIT = """\
[Unit]
Description=Платформа данных МЦУ: {name}
PartOf=mcu.target
Wants=network-online.target
After=network-online.target {after}
{requires}
[Service]
Type={kind}
User={user}
WorkingDirectory={root}
EnvironmentFile={environment}
ExecStart={command}
{restart}
UMask=0077
StateDirectory={state}
PrivateTmp=true
ProtectSystem=strict
ProtectHome=read-only
NoNewPrivileges=true
CapabilityBoundingSet=
RestrictSUIDSGID=true
ProtectKernelTunables=true
ProtectControlGroups=true
{writable}
[Install]
WantedBy=mcu.target
"""

_TARGET = """\
[Unit]
Description=Платформа данных МЦУ
Wants={services}

[Install]
WantedBy=multi-user.target
"""


def write_units(given: Mapping[str, str], connections: Path, to: Path) -> list[Path]:
    """Write the units and the environment files below `to`; their paths. `given`: the lines of `.env`.

    Raises VariableMissing."""
    services = {name: s for name, s in read_services(given).items() if _is_ours(s)}
    addresses = read_env(connections) if connections.is_file() else {}
    (to / "system").mkdir(parents=True, exist_ok=True)
    written = [to / "system" / "mcu.target"]
    written[0].write_text(_TARGET.format(services=" ".join(map(_unit, services))), encoding="utf-8")
    for name, service in services.items():
        unit, environment = to / "system" / _unit(name), to / f"{name}.env"
        unit.write_text(_of(service, services), encoding="utf-8")
        environment.touch(mode=0o600)
        values = _environment(service) | (addresses if service.reads_connections else {})
        environment.write_text("".join(f"{n}={_quoted(v)}\n" for n, v in values.items()), encoding="utf-8")
        written += [unit, environment]
    return written


def _is_ours(service: ComposeService) -> bool:
    """Our programs and the base backups; `folders` is what the administrator does once."""
    return service.name == "base-backup" or (bool(service.dockerfile) and service.name != "folders")


def _unit(name: str) -> str:
    return _OF_THE_DISTRIBUTION.get(name, f"mcu-{name}.service")


def _of(service: ComposeService, services: Mapping[str, ComposeService]) -> str:
    others = [name for name in service.depends_on if name in services or name in _OF_THE_DISTRIBUTION]
    once = [_unit(name) for name in others if name in services and services[name].is_one_shot]
    state = "superset" if service.image.startswith("mcu-superset") else "mcu"
    writable = [
        str(ROOT / outside)
        for inside, outside in service.volumes.items()
        if _is_path(outside) and inside not in service.read_only_volumes
    ]
    return _UNIT.format(
        name=service.name,
        user=service.user or "mcu",
        after=" ".join(map(_unit, others)),
        requires=f"Requires={' '.join(once)}\n" if once else "",
        kind="oneshot" if service.is_one_shot else "exec",
        root=ROOT,
        environment=FOLDER_OF_ENVIRONMENT / f"{service.name}.env",
        command=_command(service),
        restart="RemainAfterExit=true" if service.is_one_shot else "Restart=always\nRestartSec=10",
        state=state,
        writable=f"ReadWritePaths={' '.join(writable)}\n" if writable else "",
    )


def _command(service: ComposeService) -> str:
    program, *arguments = service.command
    path = "/bin/sh" if program == "sh" else str(_programs(service) / program)
    quoted = [f'"{_escaped(_local(argument, service))}"' for argument in arguments]
    return " ".join([path, *quoted]).replace("%", "%%").replace("$", "$$")


def _environment(service: ComposeService) -> dict[str, str]:
    """The environment of compose on one machine: neighbours answer on 127.0.0.1."""
    found = {name: _local(value, service) for name, value in service.environment.items()}
    found["PATH"] = f"{_programs(service)}:/usr/local/bin:/usr/bin:/bin"
    if "FORWARDED_ALLOW_IPS" in found:
        found["FORWARDED_ALLOW_IPS"] = "127.0.0.1"
    return {name: "127.0.0.1" if name == "PGHOST" else value for name, value in found.items()}


def _local(text: str, service: ComposeService) -> str:
    text = _NEIGHBOUR.sub(r"\g<1>127.0.0.1:", text).replace("0.0.0.0", "127.0.0.1").replace("/opt/mcu", str(ROOT))
    for inside, outside in service.volumes.items():
        if _is_path(outside):
            text = text.replace(inside, str(ROOT / outside))
    return text


def _is_path(outside: str) -> bool:
    """False for a named volume."""
    return outside.startswith(("/", "."))


def _programs(service: ComposeService) -> Path:
    if service.name == "base-backup":
        from mcu.warehouse.binaries import program

        return program("pg_basebackup").parent
    return ROOT / "var" / "venv" / ("superset" if service.image.startswith("mcu-superset") else "main") / "bin"


def _quoted(value: str) -> str:
    return f'"{_escaped(value)}"'


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
