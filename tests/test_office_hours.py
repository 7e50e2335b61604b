"""The office hours as the seed has them, and what is derived from them."""

from __future__ import annotations

from datetime import datetime

import pytest

from mcu.office_hours import OfficeHours, office_hours


def test_the_seed_is_the_administrations_week() -> None:
    assert office_hours() == OfficeHours(opens=9 * 60, closes=18 * 60, weekdays=(1, 2, 3, 4, 5))
    assert office_hours().cron_hourly == "0 9-18 * * 1,2,3,4,5"
    assert office_hours().cron_at_opening == "0 9 * * *"


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-20T08:59:59", False),
        ("2026-11-20T09:00:00", True),
        ("2026-11-20T17:59:59", True),
        ("2026-11-20T18:00:00", False),
        ("2026-11-21T12:00:00", False),  # Saturday
    ],
)
def test_open_from_the_opening_up_to_the_closing(moment: str, is_open: bool) -> None:
    assert office_hours().contain(datetime.fromisoformat(moment)) is is_open


def test_half_hours_a_sunday_and_midnight() -> None:
    late = OfficeHours(opens=8 * 60 + 30, closes=24 * 60, weekdays=(1, 7))
    assert (late.cron_hourly, late.cron_at_opening) == ("0 9-23 * * 1,0", "30 8 * * *")
