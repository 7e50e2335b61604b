"""Regular expressions that a text could make slow are refused when a spec is read."""

from __future__ import annotations

import pytest

from mcu.connectors.quick_patterns import quick_pattern
from mcu.sources.registry import all_sources

SLOW = (
    r"(a+)+$", r"(a|aa)+$", r"(\w+\s?)*$", r"(x+x+)+y", r"(?:a?){30}a{30}", r"^(\w{1,20}){1,20}$", r".*.*.*.*x",
    r"(?P<a>.+)(?P=a)(a*)*", "(" * 200, "a" * 301, "[",
)  # fmt: skip  # one expression a line would fill the page
QUICK = (r"\d{1,4}-ОГ-\d+", r"(?:[А-Я]{2}-)*\d+", r"(\d{2})(_\d{2})?", r".*(?P<year>\d{4}).*")


@pytest.mark.parametrize("pattern", SLOW)
def test_a_slow_expression_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"бесконечно долго|длиннее|не регулярное"):
        quick_pattern(pattern)


@pytest.mark.parametrize("pattern", QUICK)
def test_a_quick_expression_is_compiled(pattern: str) -> None:
    assert quick_pattern(pattern).pattern == pattern


def test_the_declared_sources_use_quick_ones() -> None:
    patterns = [getattr(spec.connector, "file_time_pattern", None) for spec in all_sources().values()]
    assert [quick_pattern(pattern) for pattern in patterns if pattern]
