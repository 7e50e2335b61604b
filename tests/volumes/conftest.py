"""A warehouse with empty marts of its own: its input is written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mcu.warehouse.transform import transform
from quality.minimal_marts import own_warehouse
from volumes import stream


@pytest.fixture(scope="module")
def empty_marts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with own_warehouse(tmp_path_factory.mktemp("volumes")) as var:
        transform(stream.AS_OF)
        yield var
