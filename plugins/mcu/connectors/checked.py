"""Types of the keys of a source's spec that need more than pydantic's own checks. Messages are for people."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field

from mcu.connectors.quick_patterns import quick_pattern

TIME_UNITS = ("year", "month", "day", "hour", "minute", "second")
STRICT = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
"""Every part of a spec: unknown keys are refused, figures are finite."""


def _time_pattern(pattern: str) -> str:
    groups = quick_pattern(pattern).groupindex
    if lacking := [unit for unit in TIME_UNITS[:3] if unit not in groups]:
        raise ValueError(f"в выражении «{pattern}» нет групп {', '.join(f'(?P<{unit}>…)' for unit in lacking)}")
    if unknown := [name for name in groups if name not in TIME_UNITS]:
        raise ValueError(f"неизвестные группы {', '.join(unknown)}; известны: {', '.join(TIME_UNITS)}")
    return pattern


def _encoding(name: str) -> str:
    try:
        "".encode(name)
    except LookupError:
        raise ValueError(f"неизвестная кодировка «{name}»; например: utf-8, cp1251, cp866") from None
    return name


def _single_sign(delimiter: str) -> str:
    if len(delimiter) != 1 or delimiter in '\r\n"':
        raise ValueError('нужен один знак, например ";" или "\\t"')
    return delimiter


Text = Annotated[str, Field(min_length=1, pattern=r"\S")]
"""Text that is not blank."""
Connection = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
"""A name of a secret: `conn_<name>`, or the variable `MCU_SECRET_CONN_<NAME>`."""
HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")]
Pattern = Annotated[str, AfterValidator(lambda pattern: quick_pattern(pattern).pattern)]
"""A regular expression that no text can make slow."""
TimePattern = Annotated[str, AfterValidator(_time_pattern)]
Encoding = Annotated[str, AfterValidator(_encoding)]
Delimiter = Annotated[str, AfterValidator(_single_sign)]
Seconds = Annotated[float, Field(gt=0, le=7_200)]
"""A time limit. A load may take two hours."""
