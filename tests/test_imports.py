"""The direction of imports and the size of modules and functions. Imports inside functions and under TYPE_CHECKING
count: they tie modules together all the same."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from ground import ROOT

PLUGINS = ROOT / "plugins"
LONGEST_MODULE = 400
LONGEST_FUNCTION = 60
LOWER_LAYERS = {
    "mcu.connectors": (
        "mcu.alerts",
        "mcu.landing",
        "mcu.onboarding",
        "mcu.privacy",
        "mcu.publications",
        "mcu.quality",
        "mcu.registers",
        "mcu.runtime",
        "mcu.sources",
        "mcu.warehouse",
    ),
    "mcu.formats": ("mcu.landing", "mcu.onboarding", "mcu.privacy", "mcu.runtime", "mcu.sources", "mcu.warehouse"),
    "mcu.privacy": ("mcu.connectors", "mcu.landing", "mcu.onboarding", "mcu.runtime", "mcu.warehouse"),
    "mcu.sources": ("mcu.landing", "mcu.onboarding", "mcu.runtime"),
    "mcu.landing": ("mcu.alerts", "mcu.onboarding", "mcu.publications", "mcu.quality", "mcu.runtime"),
    "mcu": ("demo_city",),
}
"""Package → packages that it must not import."""

MODULES = {
    ".".join(path.relative_to(PLUGINS).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PLUGINS.rglob("*.py"))
}


def _within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def _targets(module: str, node: ast.AST) -> Iterator[str]:
    """Names that an import statement may load: `from a import b` may mean the module `a.b`."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            is_package = MODULES[module].name == "__init__.py"
            parts = module.split(".")
            parents = parts[: len(parts) - node.level + is_package]
            base = ".".join([*parents, *([base] if base else [])])
        yield from (f"{base}.{alias.name}" if f"{base}.{alias.name}" in MODULES else base for alias in node.names)


@cache
def imports_of(module: str) -> frozenset[str]:
    """Our modules that `module` imports anywhere in its text."""
    found = {target for node in ast.walk(_tree(MODULES[module])) for target in _targets(module, node)}
    return frozenset(found & MODULES.keys() - {module})


def _circle() -> list[str]:
    """Modules that import each other in a circle, in order; empty if there are none."""
    done: set[str] = set()

    def visit(module: str, path: list[str]) -> list[str]:
        if module in path:
            return [*path[path.index(module) :], module]
        if module not in done:
            for target in sorted(imports_of(module)):
                if circle := visit(target, [*path, module]):
                    return circle
            done.add(module)
        return []

    return next((circle for module in MODULES if (circle := visit(module, []))), [])


def test_the_reader_of_imports_sees_them() -> None:
    assert "mcu.settings" in imports_of("mcu.secrets")  # from mcu.settings import settings
    assert "mcu.runtime.services" in imports_of("mcu.runtime.platform")  # from mcu.runtime import services
    assert "demo_city.demo" in imports_of("demo_city.cli")  # inside a function


def test_no_module_imports_itself_by_a_circle() -> None:
    assert _circle() == []


@pytest.mark.parametrize("package", LOWER_LAYERS)
def test_a_lower_layer_does_not_import_a_higher_one(package: str) -> None:
    ours = [module for module in MODULES if _within(module, package)]
    assert ours
    wrong = [
        f"{module} imports {target}"
        for module in ours
        for target in sorted(imports_of(module))
        if any(_within(target, higher) for higher in LOWER_LAYERS[package])
    ]
    assert wrong == []


def test_the_platform_does_not_name_the_demonstration() -> None:
    """Not in a string either: it could be imported by its name."""
    naming = [
        f"{module}:{node.lineno}"
        for module in MODULES
        if _within(module, "mcu")
        for node in ast.walk(_tree(MODULES[module]))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "demo_city" in node.value
    ]
    assert naming == []


def test_the_platform_works_without_the_demonstration() -> None:
    """Every module of the platform is imported where the package cannot be found, as on a server."""
    code = """
import importlib, sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "demo_city":
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Absent())
for name in sys.argv[1:]:
    importlib.import_module(name)
"""
    # a __main__ runs when it is imported
    names = [m for m in MODULES if _within(m, "mcu") and not m.endswith("__main__")]
    done = subprocess.run([sys.executable, "-c", code, *names], cwd=PLUGINS, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def _files() -> list[Path]:
    folders = ("plugins", "dags", "expectations", "superset")
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def test_no_module_is_too_long() -> None:
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in _files()
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def test_no_function_is_too_long() -> None:
    lengths = {
        f"{path.relative_to(ROOT).as_posix()}:{node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path in _files()
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}


def test_every_bench_can_be_imported() -> None:
    """Nothing but `make bench` reads them, which nobody runs each day."""
    for path in sorted((ROOT / "tests" / "bench").glob("*.py")):
        importlib.import_module(f"bench.{path.stem}")
