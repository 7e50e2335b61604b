"""Published formats of exchange: what each demands of a record, to read it and to write it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mcu.formats import sstu

Check = Callable[[Any], list[str]]

FORMATS: Mapping[str, Check] = {"sstu": sstu.faults_read}
"""Name in a source's spec (`record.format`) → what is wrong with a record handed over, in Russian, without its data."""
