"""A view that is gone: `mcu up` says which tiles wait for it, and everything else works."""

from __future__ import annotations

import pytest
import requests

from platform_fixture import Platform

pytestmark = [pytest.mark.soak, pytest.mark.timeout(0)]


def test_a_missing_view_is_reported_and_stops_nothing(loaded_platform: Platform) -> None:
    with loaded_platform.connect("admin") as conn:
        conn.execute("alter view bi.bi_rating rename to not_built")
    shown = loaded_platform.mcu("up").stdout
    assert "Витрин ещё нет для плиток" in shown and "Рейтинг" in shown
    assert requests.get(f"{loaded_platform.superset_url}/health", timeout=30).status_code == 200
    with loaded_platform.connect("admin") as conn:
        conn.execute("alter view bi.not_built rename to bi_rating")
    assert "Витрин ещё нет" not in loaded_platform.mcu("up").stdout
