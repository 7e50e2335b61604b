"""All declared sources: `dags/sources/*.yml` and an overlay folder, if one is set. A faulty file stops no other."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from mcu.secrets import is_connected
from mcu.settings import ROOT, settings
from mcu.sources.spec import SLUG, SourceSpec, SpecError, read_spec

FOLDER = ROOT / "dags" / "sources"


@dataclass(frozen=True, slots=True)
class Fault:
    """A file that declares no source because something in it is wrong; `message` is for people."""

    path: Path
    message: str

    @property
    def slug(self) -> str:
        """The source that the file is named after."""
        return self.path.stem


@dataclass(frozen=True, slots=True)
class Declared:
    """What the source files declare: the good specs by slug, and the faults of the others."""

    sources: dict[str, SourceSpec] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def source_files() -> list[Path]:
    overlay = settings().sources_overlay
    return sorted(FOLDER.glob("*.yml")) + (sorted(overlay.glob("*.yml")) if overlay else [])


def declared() -> Declared:
    """Read every source file. A slug declared twice is a fault of the later file."""
    found = Declared()
    for path in source_files():
        try:
            spec = read_spec(path)
            if spec.slug in found.sources:
                raise SpecError(f"{path.name}: источник «{spec.slug}» объявлен дважды")
            found.sources[spec.slug] = spec
        except SpecError as error:
            found.faults.append(Fault(path, str(error)))
    return found


def all_sources() -> dict[str, SourceSpec]:
    """Every source with a good spec, by slug."""
    return declared().sources


def source_titles(*, is_short: bool = False) -> dict[str, str]:
    """Slug → title of every source, of those with a faulty file too: what they have brought keeps its name."""
    found = declared()
    titles = {fault.slug: _titles(fault) for fault in found.faults if re.fullmatch(SLUG, fault.slug)}
    titles |= {slug: (spec.title, spec.short_title) for slug, spec in found.sources.items()}
    return {slug: (short if is_short and short else title) for slug, (title, short) in sorted(titles.items())}


def connected_sources() -> dict[str, SourceSpec]:
    """The sources whose address is set; a source may be declared before it has one."""
    return {slug: spec for slug, spec in all_sources().items() if is_connected(spec.connector.connection)}


def get_source(slug: str) -> SourceSpec:
    """The source `slug`. Raises SpecError: what is wrong with its file, or which sources there are."""
    found = declared()
    if slug in found.sources:
        return found.sources[slug]
    for fault in found.faults:
        if fault.slug == slug:
            raise SpecError(fault.message)
    known = ", ".join(sorted(found.sources)) or "ни одного"
    raise SpecError(f"Источник «{slug}» не объявлен. Есть: {known}")


def _titles(fault: Fault) -> tuple[str, str | None]:
    """The title and the short title, as far as they can be read: whatever else is wrong, each has a line of its own."""
    found: dict[str, str] = {}
    with suppress(OSError):
        for line in fault.path.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith(("title:", "short_title:")):
                with suppress(yaml.YAMLError):
                    found |= {name: text for name, text in yaml.safe_load(line).items() if isinstance(text, str)}
    return found.get("title", fault.slug), found.get("short_title")
