"""The seam for a program that runs beside the platform, such as a demonstration.

The platform knows nothing of it but the name of a module, the setting `companion`. `mcu up`, `down`, `status`,
`doctor` and `reconcile` then include what the module gives. The companion may also write settings for the platform to
`var/installation.env`. Tasks, DAGs and tables never use this seam.
"""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from mcu.errors import UserError
from mcu.runtime.progress import Steps
from mcu.runtime.services import Service
from mcu.settings import settings


@dataclass(frozen=True)
class ExpectedCounts:
    """What one source must have brought once everything is loaded."""

    facts: Counter[str]
    """Relation of the contract (items, votes, measures, reviews, page_figures, external_figures) → rows in its mart."""
    rejected: int
    """Records in quarantine."""


class Companion(Protocol):
    """The functions that the module has."""

    def services(self) -> Sequence[Service]:
        """Services that start before Airflow and stop after it."""
        ...

    def start(self, steps: Steps) -> None:
        """Prepare the data of the services and start them. Safe to rerun."""
        ...

    def expected_counts(self) -> Mapping[str, ExpectedCounts]:
        """Source → what it must have brought; sources whose truth is unknown are left out."""
        ...

    def places(self) -> Mapping[str, str]:
        """Title → path or address: what people may want to look at beside the platform's own pages."""
        ...


def companion() -> Companion | None:
    """The companion of this installation. Raises UserError if its module is not installed."""
    name = settings().companion
    if not name:
        return None
    try:
        return cast(Companion, importlib.import_module(name))
    except ModuleNotFoundError as error:
        raise UserError(f"Модуль {name} из MCU_COMPANION не установлен ({error}).") from None
