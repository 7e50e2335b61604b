"""The repository as a reader meets it: lines that fit, no references to papers outside it, one record's way is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ground import ROOT

WIDTH = 120
BINARY = {".xlsx", ".zip", ".png", ".gz", ".ico", ".pyc"}


def _files(pattern: str = "*") -> list[Path]:
    """The files of the repository whose names match; run-time state and caches are none."""
    places = [p for p in ROOT.iterdir() if p.is_dir() and p.name not in {"var", ".git"} and "cache" not in p.name]
    found = [*ROOT.glob(pattern), *(path for place in places for path in place.rglob(pattern))]
    return [path for path in found if path.is_file() and not {"__pycache__", "target", "logs"} & set(path.parts)]


def test_lines_of_sql_fit() -> None:
    long = [at for path in _files("*.sql") for at, _ in _long_lines(path)]
    assert long == []


def test_lines_of_docs_fit() -> None:
    """Rows of tables and addresses cannot be broken."""
    long = [at for path in _files("*.md") for at, line in _long_lines(path) if not _is_unbreakable(line)]
    assert long == []


def _long_lines(path: Path) -> list[tuple[str, str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [(f"{path.relative_to(ROOT)}:{n}", line) for n, line in enumerate(lines, 1) if len(line) > WIDTH]


def _is_unbreakable(line: str) -> bool:
    return line.lstrip().startswith("|") or max(map(len, line.split())) > WIDTH / 2


def test_no_file_refers_to_papers_outside_the_repository() -> None:
    paper = re.compile(r"\b(design|domain|style|stack)\.md\b|\bsections? \d+ of the design\b|\.\./shared/")
    found = [
        f"{path.relative_to(ROOT)}:{n}"
        for path in _files()
        if path.suffix not in BINARY and path != Path(__file__) and path.name != ".env"
        for n, line in enumerate(path.read_text(encoding="utf-8", errors="ignore").splitlines(), 1)
        if paper.search(line)
    ]
    assert found == []


def test_an_exception_to_the_tools_has_its_reason_beside_it() -> None:
    """`# fmt: skip` and `# type: ignore[…]` are followed by a comment that says why."""
    exception = re.compile(r"# (?:fmt: skip|type: ignore(?:\[[\w, -]+\])?)(?!\[|  # \S)")
    found = [
        f"{path.relative_to(ROOT)}:{n}"
        for path in _files("*.py")
        if path != Path(__file__)
        for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if exception.search(line)
    ]
    assert found == []


def test_links_of_docs_lead_somewhere() -> None:
    for path in _files("*.md"):
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[\w-]*)?\)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.relative_to(ROOT)} → {target}"


def test_one_records_way_is_at_most_twelve_files_that_exist() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    (section,) = re.findall(r"^## One record's way$(.*?)^## ", text, re.M | re.S)
    way = re.findall(r"^\d+\. `([^`]+)`", section, re.M)
    assert 8 <= len(way) <= 12
    assert [name for name in way if not (ROOT / name).is_file()] == []
    models = [Path(name) for name in way if name.endswith(".sql") and "/staging/" not in name]
    for reader, read in zip(models[1:], models, strict=False):
        assert f"ref('{read.stem}')" in (ROOT / reader).read_text(encoding="utf-8"), f"{reader} does not read {read}"


@pytest.mark.parametrize("name", ["LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_a_stranger_finds_what_he_expects(name: str) -> None:
    assert (ROOT / name).stat().st_size > 500
