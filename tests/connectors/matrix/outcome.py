"""A cell of the fault matrix and its outcome."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from typing import Any, Protocol

from ground import ROOT
from mcu.errors import UserError
from mcu.landing.load import load_source
from mcu.settings import settings
from mcu.sources.spec import SourceSpec
from mcu.warehouse.connect import connect

LOADED, REFUSED, QUARANTINED = "загружено", "отказ", "карантин"
MEGABYTES = 512
"""The memory limit of a cell, the interpreter and its libraries included."""


@dataclass
class Cell:
    """A source with a fault in it. `expected_refs`: every record_ref that must be in raw or in the rejects at the end;
    `kept`: rows that must be in raw although the load was refused."""

    spec: SourceSpec
    expected_refs: set[str]
    kept: int = 0
    is_heavy: bool = False
    """Loaded in a separate process, whose memory is measured."""
    heal: Callable[[], None] | None = None
    """Takes the fault away: the next load must bring all of `expected_refs`."""
    rejected: set[str] | None = None
    """Every record_ref that must be in the rejects, and none besides; None: any may."""
    digest: str | None = None
    """SHA-256 of the file, which must be stored although it is refused."""


class Entry(Protocol):
    """A connector under test: one entry of the matrix."""

    title: str

    @property
    def expected(self) -> dict[str, str]:
        """Fault → LOADED, REFUSED or QUARANTINED."""
        ...

    def cell(self, fault: str, slug: str, folder: Path) -> AbstractContextManager[Cell]:
        """A new source `slug` with the fault; files go into the empty `folder`."""
        ...


@dataclass
class Outcome:
    kind: str
    message: str = ""
    counts: tuple[int, int, int, int] = (0, 0, 0, 0)
    """read, new, unchanged, rejected"""
    megabytes: int = 0
    faults: list[str] = field(default_factory=list)


def load(spec: SourceSpec) -> Outcome:
    """One load. Errors other than UserError fail the test."""
    try:
        results = load_source(spec)
    except UserError as error:
        return Outcome(REFUSED, str(error))
    message = " ".join(r.message for r in results)
    read, new, unchanged, rejected = (
        sum(getattr(r, n) for r in results) for n in ("read", "new", "unchanged", "rejected")
    )
    kind = REFUSED if any(r.status in ("refused", "failed") for r in results) else QUARANTINED if rejected else LOADED
    return Outcome(kind, message, (read, new, unchanged, rejected))


class LoadingProcess:
    """A process that loads one source after another and reports the peak memory of each."""

    def __init__(self) -> None:
        given = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}:{ROOT / 'plugins'}"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.connectors.matrix.outcome"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=given,
            cwd=ROOT,
        )

    def load(self, spec: SourceSpec) -> Outcome:
        process = self._process
        assert process.stdin and process.stdout
        process.stdin.write(spec.model_dump_json() + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        assert line, "the process died: see its error output"
        return Outcome(**json.loads(line))

    def close(self) -> None:
        self._process.communicate()


def rows(query: str, *given: Any) -> list[tuple[Any, ...]]:
    with connect("loader") as conn:
        return conn.execute(query, given).fetchall()


def refs_of(slug: str) -> set[str]:
    """Every record_ref of the source in raw or in the rejects."""
    found = rows(
        f"select record_ref from raw.{slug} union select record_ref from ops.rejects where source_slug = %s", slug
    )
    return {ref for (ref,) in found}


def _rejected_of(slug: str) -> set[str]:
    return {str(ref) for (ref,) in rows("select record_ref from ops.rejects where source_slug = %s", slug)}


def judge(cell: Cell, expected: str, process: LoadingProcess) -> Outcome:
    """Load, and look for losses, sums that do not agree and messages that people cannot read."""
    seen = process.load(cell.spec) if cell.is_heavy else load(cell.spec)
    wrong = seen.faults
    if seen.kind != expected:
        wrong.append(f"ожидалось: {expected}")
    read, new, unchanged, rejected = seen.counts
    if read != new + unchanged + rejected:
        wrong.append(f"счёт не сходится: {seen.counts}")
    if seen.megabytes > MEGABYTES:
        wrong.append(f"память {seen.megabytes} МБ")
    is_plain = re.search("[а-яё]{4}", seen.message) and len(seen.message) <= 900
    # without records there may be no message
    if (
        (not is_plain and (seen.message or seen.kind == REFUSED))
        or "Traceback" in seen.message
        or "tok-en" in seen.message
    ):
        wrong.append(f"сообщение: {seen.message[:300]}")
    if seen.kind == REFUSED:
        kept = rows(f"select count(*) from raw.{cell.spec.slug}")[0][0]
        if kept < cell.kept:
            wrong.append(f"сохранено {kept} из {cell.kept}")
        if cell.digest and not any(cell.digest in path.name for path in settings().kept_files.glob("*")):
            wrong.append("файл не сохранён")
        if cell.heal:
            cell.heal()
            again = load(cell.spec)
            wrong += [] if again.kind != REFUSED else [f"после исправления: {again.message}"]
    if cell.rejected is not None and (found := _rejected_of(cell.spec.slug)) != cell.rejected:
        wrong.append(f"отклонены {sorted(found)[:3]}, ожидалось: {sorted(cell.rejected)}")
    if (seen.kind != REFUSED or cell.heal) and (lost := cell.expected_refs - refs_of(cell.spec.slug)):
        wrong.append(f"потеряно {len(lost)}: {sorted(lost)[:3]}")
    return seen


def digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _main() -> None:
    for line in sys.stdin:
        # each load in a process of its own, whose highest mark begins anew
        loading = multiprocessing.get_context("fork").Process(target=_load_and_report, args=(line,))
        loading.start()
        loading.join()
        if loading.exitcode:
            sys.exit(1)


def _load_and_report(spec: str) -> None:
    seen = load(SourceSpec.model_validate_json(spec))
    both = sum(getrusage(half).ru_maxrss for half in (RUSAGE_SELF, RUSAGE_CHILDREN)) >> 10
    body = {"kind": seen.kind, "message": seen.message, "counts": seen.counts, "megabytes": both}
    print(json.dumps(body, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    _main()
