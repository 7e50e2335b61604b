"""Published formats of exchange: their rules for a record that is read or written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mcu.formats import sstu

Check = Callable[[Any], list[str]]

FORMATS: Mapping[str, Check] = {"sstu": sstu.received_faults}
"""Name in a source's spec (`record.format`) → the faults of a received record, in Russian, without its data."""
