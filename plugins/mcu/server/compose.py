"""Reads `docker-compose.yml` as Docker Compose does: what each service runs, with which environment and folders."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from mcu.errors import UserError
from mcu.settings import ROOT

FILE = ROOT / "docker-compose.yml"

_VARIABLE = re.compile(r"\$\$|\$\{(\w+)(?::([-?])((?:[^{}]|\{\})*))?\}")


class VariableMissing(UserError):
    """A variable that the services cannot do without has no value. Field: name."""

    code = "variable_missing"


@dataclass(frozen=True)
class ComposeService:
    """One service, with the values of one installation filled in."""

    name: str
    image: str
    command: list[str]
    environment: dict[str, str]
    health: list[str] | None
    """The command that says whether it works; None for one that runs once and ends."""
    user: str | None
    volumes: dict[str, str]
    """Path inside → folder or named volume outside."""
    read_only_volumes: frozenset[str]
    tmpfs: list[str]
    capabilities: list[str]
    depends_on: dict[str, str]
    reads_connections: bool
    """It gets the addresses of the sources (connections.env)."""
    dockerfile: str = field(default="", repr=False)

    @property
    def is_one_shot(self) -> bool:
        return self.health is None


def read_services(given: Mapping[str, str], path: Path = FILE) -> dict[str, ComposeService]:
    """The services by name, with `given` as the content of `.env`. Raises VariableMissing."""
    declared = yaml.safe_load(path.read_text(encoding="utf-8"))["services"]
    builds = {service["image"]: service["build"] for service in declared.values() if "build" in service}
    return {name: _service(name, _filled_in(service, given), builds, path.parent) for name, service in declared.items()}


def read_env(path: Path) -> dict[str, str]:
    """The lines `NAME=value` of an env file, values as they stand."""
    lines = (line.partition("=") for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return {name.strip(): value.strip() for name, separator, value in lines if separator}


def _service(name: str, service: dict[str, Any], builds: dict[str, dict], folder: Path) -> ComposeService:
    mounts = [volume.split(":") for volume in service.get("volumes", [])]
    files = [folder / file["path"] for file in service.get("env_file", [])]
    from_files = {key: value for file in files if file.is_file() for key, value in read_env(file).items()}
    dockerfile = builds.get(service["image"], {}).get("dockerfile_inline", "")
    return ComposeService(
        name=name,
        image=service["image"],
        command=service.get("command", []),
        environment=_image_environment(dockerfile) | from_files | service.get("environment", {}),
        health=_health(service),
        user=service.get("user"),
        volumes={inside: outside for outside, inside, *_ in mounts},
        read_only_volumes=frozenset(inside for _, inside, *mode in mounts if mode == ["ro"]),
        tmpfs=service.get("tmpfs", []),
        capabilities=service.get("cap_add", []),
        depends_on={other: needed["condition"] for other, needed in service.get("depends_on", {}).items()},
        reads_connections="env_file" in service,
        dockerfile=dockerfile,
    )


def _health(service: dict[str, Any]) -> list[str] | None:
    kind, *command = service.get("healthcheck", {}).get("test", [None])
    return ["sh", "-c", *command] if kind == "CMD-SHELL" else command or None


def _image_environment(dockerfile: str) -> dict[str, str]:
    """What the lines `ENV` give."""
    joined = dockerfile.replace("\\\n", " ")
    return dict(pair.split("=", 1) for line in re.findall(r"^ENV (.+)$", joined, re.M) for pair in line.split())


def _filled_in(node: Any, given: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: _filled_in(value, given) for key, value in node.items()}
    if isinstance(node, list):
        return [_filled_in(value, given) for value in node]
    return _VARIABLE.sub(lambda found: _value(found, given), node) if isinstance(node, str) else node


def _value(found: re.Match[str], given: Mapping[str, str]) -> str:
    name, kind, default = found.groups()
    if name is None:  # $$
        return "$"
    if value := given.get(name):
        return value
    if kind == "?":
        raise VariableMissing(f"Не задана переменная {name}: впишите значение в .env.", name=name)
    return default or ""
