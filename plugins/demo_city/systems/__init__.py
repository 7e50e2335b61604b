"""The feedback systems of the demonstration city: each module here that has a `SYSTEM` is one."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from demo_city.systems.base import System


@cache
def all_systems() -> dict[str, System]:
    """Slug of the source → the system that serves it, in the order of the slugs."""
    names = sorted(m.name for m in pkgutil.iter_modules(__path__) if m.name != "base")
    modules = (importlib.import_module(f"{__name__}.{name}") for name in names)
    found = [module.SYSTEM for module in modules if hasattr(module, "SYSTEM")]
    return {system.slug: system for system in found}
