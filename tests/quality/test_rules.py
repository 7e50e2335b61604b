"""rules.yml is checked without running anything. Its thresholds stand in one place, and some SQL reads each."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcu.quality import rules as rules_module
from mcu.quality.rules import RuleError, fill, read_rules, suite

GOOD = """
rules:
  - code: RAW-001
    stage: raw
    severity: critical
    owner: data_engineer
    title: Обязательные поля заполнены
    thresholds: {count: 0}
    threshold: не больше {count}
    advice: Проверьте источник.
"""


def read(tmp_path: Path, text: str) -> dict[str, rules_module.Rule]:
    path = tmp_path / "rules.yml"
    path.write_text(text, encoding="utf-8")
    return read_rules(path)


def test_the_rules_of_the_platform_are_valid() -> None:
    for stage in ("raw", "mart"):
        assert list(suite(stage)) == [code for code, rule in rules_module.rules().items() if rule.stage == stage]
    for rule in rules_module.rules().values():
        assert "{" not in rule.threshold_text
        assert rule.title[0].isupper()
        assert rule.title.isascii() is False


def test_a_good_rule_is_read_with_its_threshold_in_words(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD)["RAW-001"].threshold_text == "не больше 0"


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("    advice:", "    surprise: 1\n    advice:", "surprise"),
        ("critical", "fatal", "severity"),
        ("data_engineer", "nobody", "неизвестный ответственный «nobody»"),
        ("RAW-001", "MART-001", "не относится к этапу"),
        ("RAW-001", "raw1", "code"),
        ("{count: 0}", "{}", "названо то, чего нет в thresholds: count"),
        ("stage: raw", "stage: [", "не YAML"),
    ],
)
def test_a_faulty_rule_is_refused_in_words(before: str, after: str, fault: str, tmp_path: Path) -> None:
    assert before in GOOD
    with pytest.raises(RuleError, match=fault):
        read(tmp_path, GOOD.replace(before, after))


def test_a_code_stands_once(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="стоит дважды: RAW-001"):
        read(tmp_path, GOOD + GOOD.removeprefix("\nrules:\n"))


@pytest.mark.parametrize(
    ("checks", "fault"),
    [
        ({}, "расходятся: RAW-001"),
        ({"RAW-001": "select :count", "RAW-002": ""}, "расходятся: RAW-002"),
        ({"RAW-001": "select 1"}, "порог никем не читается: count"),
        ({"RAW-001": "select 1::count"}, "порог никем не читается: count"),
    ],
)
def test_rules_and_their_sql_agree(
    checks: dict[str, str], fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(tmp_path, GOOD)
    (tmp_path / "raw").mkdir()
    for code, text in checks.items():
        (tmp_path / "raw" / f"{code}.sql").write_text(text, encoding="utf-8")
    monkeypatch.setattr(rules_module, "FOLDER", tmp_path)
    monkeypatch.setattr(rules_module, "rules", lambda: read_rules(tmp_path / "rules.yml"))
    with pytest.raises(RuleError, match=fault):
        suite.__wrapped__("raw")


def test_parameters_become_literals_and_nothing_else_changes() -> None:
    text = "select :tz::text, to_char(now(), 'HH24:MI'), '{a}'::text[], (array[1])[:5], :count"
    filled = fill("RAW-001", text, {"tz": "o'clock", "count": 5})
    assert filled == "select 'o''clock'::text, to_char(now(), 'HH24:MI'), '{a}'::text[], (array[1])[:5], 5"


def test_an_unknown_parameter_is_refused_by_name() -> None:
    with pytest.raises(RuleError, match=r"RAW-001: неизвестный параметр :load; есть: load_id"):
        fill("RAW-001", "select :load", {"load_id": 1})
