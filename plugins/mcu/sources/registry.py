"""All declared sources: `dags/sources/*.yml` and an overlay folder, if one is set. A faulty file stops no other."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
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
            spec = _read(path)
            if spec.slug in found.sources:
                raise SpecError(f"{path.name}: источник «{spec.slug}» объявлен дважды")
            found.sources[spec.slug] = spec
        except SpecError as error:
            found.faults.append(Fault(path, str(error)))
    return found


def _read(path: Path) -> SourceSpec:
    """A process asks for its sources many times, and Airflow forks its tasks from one that has asked: a file is read
    again when it has changed. Raises SpecError."""
    try:
        found = path.stat()
    except OSError:
        return read_spec(path)
    return _read_once(path, found.st_mtime_ns, found.st_size, found.st_ino)


@lru_cache(maxsize=512)
def _read_once(path: Path, changed_ns: int, size: int, inode: int) -> SourceSpec:
    return read_spec(path)


def all_sources() -> dict[str, SourceSpec]:
    """Every source with a good spec, by slug."""
    return declared().sources


def source_titles(*, is_short: bool = False) -> dict[str, str]:
    """Slug → title of every source, of those with a faulty file too: what they have brought keeps its name."""
    found = declared()
    said = {fault.slug: _said(fault, "title", "short_title") for fault in _known(found.faults)}
    titles = {slug: (texts.get("title", slug), texts.get("short_title")) for slug, texts in said.items()}
    titles |= {slug: (spec.title, spec.short_title) for slug, spec in found.sources.items()}
    return {slug: (short if is_short and short else title) for slug, (title, short) in sorted(titles.items())}


def sources_without_updates() -> list[str]:
    """The slugs of the sources that do not say when a record changed: the moment of its load stands for that."""
    return sorted(slug for slug, spec in all_sources().items() if not spec.record.updated_at)


def quoted_numbers() -> dict[str, str]:
    """Slug → the pattern by which its numbers are found in what other sources write (`record.quoted_as`), of a source
    with a faulty file too."""
    found = declared()
    patterns = {fault.slug: _said(fault, "quoted_as").get("quoted_as") for fault in _known(found.faults)}
    patterns |= {slug: spec.record.quoted_as for slug, spec in found.sources.items()}
    return {slug: pattern for slug, pattern in sorted(patterns.items()) if pattern}


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


def _known(faults: Iterable[Fault]) -> list[Fault]:
    """Those whose file is called like a source."""
    return [fault for fault in faults if re.fullmatch(SLUG, fault.slug)]


def _said(fault: Fault, *names: str) -> dict[str, str]:
    """The texts of these keys, as far as they can be read: whatever else is wrong, each has a line of its own."""
    found: dict[str, str] = {}
    with suppress(OSError):
        for line in fault.path.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.strip().startswith(tuple(f"{name}:" for name in names)):
                with suppress(yaml.YAMLError):
                    found |= {name: text for name, text in yaml.safe_load(line).items() if isinstance(text, str)}
    return found
