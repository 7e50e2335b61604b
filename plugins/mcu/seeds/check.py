"""All checks of the seeds as files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mcu.errors import UserError
from mcu.seeds.dated import faults_of_dates
from mcu.seeds.declared import faults_of, read_declarations
from mcu.seeds.indicators import faults_of_indicators
from mcu.seeds.ratings import faults_of_ratings
from mcu.seeds.read import read_seeds


class SeedsFaulty(UserError):
    """Reference data contradicts itself; the message has a line for each fault, with file and row. Fields: faults."""

    code = "seeds_faulty"


def check_seeds(project: Path, pages: Path | None = None) -> None:
    """Check the seeds of the dbt project, with `pages` (docs/indicators) also the pages. Raises SeedsFaulty."""
    faults = list(dict.fromkeys(_faults(project, pages)))
    if faults:
        lines = [f"Справочники с ошибками ({len(faults)}):", *(f"  {fault}" for fault in faults)]
        raise SeedsFaulty("\n".join(lines), faults=faults)


def _faults(project: Path, pages: Path | None) -> Iterator[str]:
    seeds, declarations = read_seeds(project), read_declarations(project)
    yield from (
        f"seeds/{name}.csv: справочник не описан в seeds/_seeds.yml" for name in seeds if name not in declarations
    )
    for name, declared in declarations.items():
        if name not in seeds:
            yield f"seeds/{name}.csv: файла нет, а в seeds/_seeds.yml он описан"
            continue
        yield from faults_of(seeds[name], declared, seeds)
        yield from faults_of_dates(seeds[name], declared)
    yield from faults_of_indicators(project, seeds["indicators"], pages)
    yield from faults_of_ratings(*(seeds[name] for name in ("rating_schemes", "rating_components", "peer_groups")))
