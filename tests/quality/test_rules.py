"""rules.yml is checked without running anything; its thresholds stand in one place and each is read by some SQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcu.quality import rules as book
from mcu.quality.rules import RuleError, read_rules, suite

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


def read(tmp_path: Path, text: str) -> dict[str, book.Rule]:
    path = tmp_path / "rules.yml"
    path.write_text(text, encoding="utf-8")
    return read_rules(path)


def test_the_rules_of_the_platform_are_whole() -> None:
    for stage in ("raw", "mart"):
        assert list(suite(stage)) == [code for code, rule in book.rules().items() if rule.stage == stage]  # type: ignore[arg-type]
    for rule in book.rules().values():
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
        ("{}", "расходятся: RAW-001"),
        ('{"RAW-001": "select {count}", "RAW-002": ""}', "расходятся: RAW-002"),
        ('{"RAW-001": "select 1"}', "порог никем не читается: count"),
    ],
)
def test_rules_and_their_sql_agree(checks: str, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read(tmp_path, GOOD)
    (tmp_path / "raw_gate.py").write_text(f"CHECKS = {checks}", encoding="utf-8")
    monkeypatch.setattr(book, "FOLDER", tmp_path)
    monkeypatch.setattr(book, "rules", lambda: read_rules(tmp_path / "rules.yml"))
    with pytest.raises(RuleError, match=fault):
        suite.__wrapped__("raw")
