"""One platform for the slow proofs: a small city, the timetable paused."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from platform_fixture import Platform, new_platform

ITEMS = 1_000
SOURCES = ("registry", "pos_votes", "paper_register", "ecpur")


@pytest.fixture(scope="session")
def quiet_platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    platform = new_platform(tmp_path_factory)
    platform.env |= {"MCU_CITY_ITEMS": str(ITEMS), "MCU_SECRET_BACKUP_PASSPHRASE": "верная лошадь скоба батарея"}
    try:
        platform.demo_city("up")
        yield platform
    finally:
        if "MCU_E2E_HOME" not in os.environ:
            platform.mcu("down", check=False)


@pytest.fixture(scope="session")
def loaded_platform(quiet_platform: Platform) -> Platform:
    """The platform with four sources loaded by hand and its marts built."""
    for slug in SOURCES:
        quiet_platform.mcu("sources", "load", slug)
    quiet_platform.mcu("marts", "build")
    return quiet_platform
