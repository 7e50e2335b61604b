"""The rules of the two gates: `expectations/rules.yml`, and the SQL of each in `expectations/<stage>/<CODE>.sql`."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from psycopg import sql
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from mcu.errors import UserError
from mcu.owners import OWNERS
from mcu.settings import ROOT

FOLDER = ROOT / "expectations"

Stage = Literal["raw", "mart"]
Severity = Literal["critical", "warning", "info"]

_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]+)\b")
"""`:name`, but neither a cast (`::text`) nor a part of a word (`HH24:MI`)."""


class RuleError(UserError):
    """The rules cannot be used; the message names the rule and the fault."""

    code = "rule_invalid"


class Rule(BaseModel):
    """One rule as rules.yml declares it. Titles, thresholds in words and advice are Russian: people read them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = Field(pattern=r"^(RAW|MART)-\d{3}$")
    stage: Stage
    severity: Severity
    owner: str
    title: str
    thresholds: dict[str, int | float] = {}
    """The rule's numbers. They stand only here: the SQL reads them as parameters."""
    threshold: str
    """The same in words, with the numbers by name."""
    advice: str
    """What the owner should do."""

    @model_validator(mode="after")
    def _check(self) -> Rule:
        if not self.code.startswith(self.stage.upper()):
            raise ValueError(f"код {self.code} не относится к этапу {self.stage}")
        if self.owner not in OWNERS:
            raise ValueError(f"неизвестный ответственный «{self.owner}»; есть: {', '.join(OWNERS)}")
        named = {name for _, name, _, _ in string.Formatter().parse(self.threshold) if name}
        unknown = named - set(self.thresholds)
        if unknown:
            raise ValueError(f"в тексте порога названо то, чего нет в thresholds: {', '.join(sorted(unknown))}")
        return self

    @property
    def threshold_text(self) -> str:
        return self.threshold.format(**self.thresholds)


class _RuleFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    rules: list[Rule]

    @model_validator(mode="after")
    def _check_codes_are_unique(self) -> _RuleFile:
        codes = [rule.code for rule in self.rules]
        doubled = sorted({code for code in codes if codes.count(code) > 1})
        if doubled:
            raise ValueError(f"код правила стоит дважды: {', '.join(doubled)}")
        return self


def read_rules(path: Path) -> dict[str, Rule]:
    """The rules of one file by code. Raises RuleError with every fault."""
    try:
        file = _RuleFile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except yaml.YAMLError as error:
        raise RuleError(f"{path.name}: это не YAML: {error}") from None
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise RuleError(f"{path.name}: {faults}") from None
    return {rule.code: rule for rule in file.rules}


@cache
def rules() -> dict[str, Rule]:
    """Every declared rule by code."""
    return read_rules(FOLDER / "rules.yml")


@cache
def suite(stage: Stage) -> dict[str, str]:
    """The SQL of every rule of the stage by code, in the order of rules.yml.

    Raises RuleError if a rule has no SQL, a file has no rule, or no SQL reads a threshold."""
    found = {path.stem: path.read_text(encoding="utf-8") for path in (FOLDER / stage).glob("*.sql")}
    declared = [code for code, rule in rules().items() if rule.stage == stage]
    if different := set(declared) ^ set(found):
        raise RuleError(f"expectations/{stage}/ и rules.yml расходятся: {', '.join(sorted(different))}")
    for code in declared:
        unread = set(rules()[code].thresholds) - set(_PARAMETER.findall(found[code]))
        if unread:
            raise RuleError(f"{code}: порог никем не читается: {', '.join(sorted(unread))}")
    return {code: found[code] for code in declared}


def shared(name: str, values: Mapping[str, Any]) -> sql.Composable:
    """A query that several rules read, from `expectations/<name>.sql`, filled."""
    return sql.SQL(fill(name, (FOLDER / f"{name}.sql").read_text(encoding="utf-8"), values))  # type: ignore[arg-type]  # our file


def fill(code: str, text: str, values: Mapping[str, Any]) -> str:
    """The rule's SQL with each `:name` replaced by a literal, or by the SQL given for it. Raises RuleError if the SQL
    names a parameter that the gate does not give."""

    def literal(match: re.Match[str]) -> str:
        name = match[1]
        if name not in values:
            raise RuleError(f"{code}: неизвестный параметр :{name}; есть: {', '.join(sorted(values))}")
        value = values[name]
        part = value if isinstance(value, sql.Composable) else sql.Literal(value)
        return part.as_string(None)

    return _PARAMETER.sub(literal, text)
