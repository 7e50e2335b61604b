"""What the demonstration adds to the platform: the functions of `mcu.runtime.companion.Companion`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from demo_city import services as city_services
from demo_city.build import build, home
from demo_city.settings import city_settings, give_settings
from demo_city.truth_files import read_expected_counts
from mcu.runtime.companion import ExpectedCounts
from mcu.runtime.progress import Steps
from mcu.runtime.services import Service
from mcu.settings import settings


def services() -> Sequence[Service]:
    return [city_services.CITY, city_services.MAIL]


def start(steps: Steps) -> None:
    """Build the city unless it is there, and start its servers. With MCU_CITY=false nothing is started."""
    give_settings()  # ports may have changed since the last start
    if not city_settings().city:
        return
    with steps.step(f"Демонстрационный город: {city_settings().city_items:,} записей".replace(",", " ")):
        build()
        city_services.CITY.start()
        city_services.MAIL.start()
        city_services.CITY.wait()


def expected_counts() -> Mapping[str, ExpectedCounts]:
    return read_expected_counts(home() / "truth")


def places() -> Mapping[str, str]:
    return {"Письма": str(settings().var / "mail")}
