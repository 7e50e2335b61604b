"""All declared sources: `dags/sources/*.yml` and an overlay folder, if one is set."""

from __future__ import annotations

from pathlib import Path

from mcu.secrets import is_connected
from mcu.settings import ROOT, settings
from mcu.sources.spec import SourceSpec, SpecError, read_spec

FOLDER = ROOT / "dags" / "sources"


def source_files() -> list[Path]:
    overlay = settings().sources_overlay
    return sorted(FOLDER.glob("*.yml")) + (sorted(overlay.glob("*.yml")) if overlay else [])


def all_sources() -> dict[str, SourceSpec]:
    """Every source by slug. Raises SpecError for a faulty spec or a slug declared twice."""
    found: dict[str, SourceSpec] = {}
    for path in source_files():
        spec = read_spec(path)
        if spec.slug in found:
            raise SpecError(f"{path.name}: источник «{spec.slug}» объявлен дважды")
        found[spec.slug] = spec
    return found


def connected_sources() -> dict[str, SourceSpec]:
    """The sources whose address is set; a source may be declared before it has one."""
    return {slug: spec for slug, spec in all_sources().items() if is_connected(spec.connector.connection)}


def get_source(slug: str) -> SourceSpec:
    """The source `slug`. Raises SpecError that lists the known ones."""
    sources = all_sources()
    if slug not in sources:
        raise SpecError(f"Источник «{slug}» не объявлен. Есть: {', '.join(sorted(sources)) or 'ни одного'}")
    return sources[slug]
