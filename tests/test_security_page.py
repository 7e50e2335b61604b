"""docs/security.md names tests that exist, and says of every row without a test why."""

from __future__ import annotations

import re

from ground import ROOT

PAGE = ROOT / "docs" / "security.md"


def test_each_test_that_the_page_names_exists() -> None:
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", PAGE.read_text(encoding="utf-8")))
    assert len(named) > 15
    assert [path for path in sorted(named) if not (ROOT / path).is_file()] == []


def test_what_the_page_promises_of_the_code_stands_there() -> None:
    named = set(
        re.findall(r"`((?:superset|warehouse|connectors|privacy)/[\w/]+\.(?:py|sql|yml))`", PAGE.read_text("utf-8"))
    )
    assert named
    assert [p for p in sorted(named) if not any((ROOT / base / p).is_file() for base in (".", "plugins/mcu"))] == []
