"""Addresses of the dashboards with their filters set, so that a letter leads to what it speaks of."""

from __future__ import annotations

from typing import Literal
from urllib.parse import quote

from mcu.settings import settings

Page = Literal["obstanovka", "sroki", "rejting", "problemy", "pokazateli", "kachestvo", "otrasli"]
Filter = Literal["municipality", "block"]
"""The filters of `superset/theme/filters.yml` that letters set; each is called like its column."""


def page_url(page: Page, chosen: dict[Filter, str] | None = None) -> str:
    """The address of a dashboard; `chosen`: the value of each filter, as the page shows it."""
    address = f"{settings().superset_url}/superset/dashboard/{page}/"
    filters = ",".join(_filter(name, value) for name, value in (chosen or {}).items())
    return f"{address}?native_filters={quote(f'({filters})', safe='()!:,*')}" if filters else address


def _filter(name: Filter, value: str) -> str:
    """As Superset itself writes a choice into an address (the notation is Rison)."""
    text = "'" + value.replace("!", "!!").replace("'", "!'") + "'"
    return (
        f"NATIVE_FILTER-{name}:(extraFormData:(filters:!((col:{name},op:IN,val:!({text})))),"
        f"filterState:(label:{text},value:!({text})),id:NATIVE_FILTER-{name},ownState:())"
    )
