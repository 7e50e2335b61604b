"""dbt's own words for sqlfluff's Jinja templater, which lints without a database."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml

from mcu.warehouse.dbt import variables

_PROJECT = Path(__file__).resolve().parents[2] / "dbt_project.yml"
_VARS: dict[str, Any] = yaml.safe_load(_PROJECT.read_text(encoding="utf-8"))["vars"] | variables()

flags = SimpleNamespace(FULL_REFRESH=False)
graph = SimpleNamespace(nodes={})
target = SimpleNamespace(schema="staging")


def var(name: str) -> Any:
    return _VARS[name]


def env_var(name: str, default: str = "") -> str:
    return default
