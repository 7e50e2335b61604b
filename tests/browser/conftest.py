"""A Superset with sample marts: the browser tests need neither dbt nor Airflow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser import eyes
from ground import skip_unless_ci
from quality.minimal_marts import own_warehouse
from superset_server import make_sample_marts, need_superset, serving, sync


@dataclass(frozen=True)
class Server:
    """A running Superset and a person of the МЦУ who may sign in."""

    url: str
    user: str
    password: str = field(repr=False)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not eyes.CHROMIUM.exists():
        skip_unless_ci("нет Chromium: apt-get install chromium")
    with eyes.browser() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def superset_server(installation: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Superset over sample marts in a database of its own, started by the same programs as the platform's."""
    from mcu.runtime import services
    from mcu.secrets import secret

    need_superset()
    with own_warehouse(tmp_path_factory.mktemp("browser")) as var:
        make_sample_marts()
        done = sync("--every-tile")
        assert done.returncode == 0, done.stdout
        with serving(var / "superset-test.log") as url:
            yield Server(url, services.SUPERSET_MCU_USER, secret("superset_rukovoditel"))
