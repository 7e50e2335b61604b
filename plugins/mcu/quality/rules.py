"""The rules of the gates, as `expectations/rules.yml` declares them, each joined with its SQL by code."""

from __future__ import annotations

import importlib.util
import string
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from mcu.alerts.owners import OWNERS
from mcu.errors import UserError
from mcu.settings import ROOT

FOLDER = ROOT / "expectations"

Stage = Literal["raw", "mart"]
Severity = Literal["critical", "warning", "info"]


class RuleError(UserError):
    """rules.yml or a suite cannot be used; the message names the rule and the fault."""

    code = "rule_invalid"


class Rule(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = Field(pattern=r"^(RAW|MART)-\d{3}$")
    stage: Stage
    severity: Severity
    owner: str
    title: str
    thresholds: dict[str, int | float] = {}
    """The only place of a rule's numbers: its SQL reads them by name."""
    threshold: str
    """The same for people, Russian, with the numbers by name."""
    advice: str
    """What the owner should do, Russian."""

    @model_validator(mode="after")
    def _whole(self) -> Rule:
        if not self.code.startswith(self.stage.upper()):
            raise ValueError(f"код {self.code} не относится к этапу {self.stage}")
        if self.owner not in OWNERS:
            raise ValueError(f"неизвестный ответственный «{self.owner}»; есть: {', '.join(OWNERS)}")
        unknown = set(_fields(self.threshold)) - set(self.thresholds)
        if unknown:
            raise ValueError(f"в тексте порога названо то, чего нет в thresholds: {', '.join(sorted(unknown))}")
        return self

    @property
    def threshold_text(self) -> str:
        return self.threshold.format(**self.thresholds)


class _Book(BaseModel):
    model_config = ConfigDict(extra="forbid")
    rules: list[Rule]

    @model_validator(mode="after")
    def _once(self) -> _Book:
        codes = [rule.code for rule in self.rules]
        doubled = sorted({code for code in codes if codes.count(code) > 1})
        if doubled:
            raise ValueError(f"код правила стоит дважды: {', '.join(doubled)}")
        return self


def read_rules(path: Path) -> dict[str, Rule]:
    """The rules of one file by code. Raises RuleError with every fault."""
    try:
        book = _Book.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except yaml.YAMLError as error:
        raise RuleError(f"{path.name}: это не YAML: {error}") from None
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise RuleError(f"{path.name}: {faults}") from None
    return {rule.code: rule for rule in book.rules}


@cache
def rules() -> dict[str, Rule]:
    """Every declared rule by code."""
    return read_rules(FOLDER / "rules.yml")


@cache
def suite(stage: Stage) -> dict[str, str]:
    """SQL template by rule code, for every rule of the stage, in the order of rules.yml.
    Raises RuleError when a rule has no SQL, SQL has no rule, or a threshold is read by nobody."""
    checks: dict[str, str] = _module(f"{stage}_gate").CHECKS
    declared = [code for code, rule in rules().items() if rule.stage == stage]
    if set(declared) ^ set(checks):
        raise RuleError(f"{stage}_gate.py и rules.yml расходятся: {', '.join(sorted(set(declared) ^ set(checks)))}")
    for code in declared:
        idle = set(rules()[code].thresholds) - set(_fields(checks[code]))
        if idle:
            raise RuleError(f"{code}: порог никем не читается: {', '.join(sorted(idle))}")
    return {code: checks[code] for code in declared}


def _module(name: str) -> Any:
    """`expectations/` is read by its path: it is not on Airflow's Python path."""
    spec = importlib.util.spec_from_file_location(f"mcu_expectations_{name}", FOLDER / f"{name}.py")
    if spec is None or spec.loader is None:
        raise RuleError(f"нет файла {FOLDER / name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _fields(template: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(template) if name]
