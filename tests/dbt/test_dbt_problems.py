"""Matters and problems: what was planted is found, and little else; a person's word survives every rebuild."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from dbt_in_one_process import dbt_in_one_process
from dbt_lives import NOW
from dbt_matters import Ref, Stories, city_records, groups_of, noise, pairs, plant_comments, real_texts
from dbt_warehouse import accept, accept_records, empty, facts, rows, transform
from sklearn.feature_extraction.text import TfidfVectorizer

from ground import add_evidence
from mcu.errors import UserError
from mcu.registers import words

SEEDS = (1, 2, 3)
Pair = frozenset[Ref]


@pytest.fixture(scope="module")
def stories(warehouse: Path, shared_data: Path) -> Iterator[tuple[Stories, set[Pair]]]:
    """Three cities with their stories and the real texts, in a full run."""
    empty()
    told = Stories()
    landed = [city_records(told, seed) for seed in SEEDS]
    for seed in SEEDS:
        plant_comments(told, seed)
    again = real_texts(told, shared_data / "kursk_messages_train.csv", 300)
    for seed in SEEDS:
        for slug, version in noise(seed, 500):
            told.records[slug].append(version)
    with dbt_in_one_process("+bi_problems +fct_problem_items +fct_feedback"):
        for slug, versions in told.records.items():
            accept(slug, versions)
        for shown in landed:
            for slug, records in shown.items():
                accept_records(slug, records)
        assert transform(NOW).is_full
        yield told, again


def _judge(title: str, found: set[Pair], planted: set[Pair], least: float = 1.0) -> None:
    precision, recall = len(found & planted) / len(found), len(found & planted) / len(planted)
    add_evidence(
        "Вопросы и проблемы: заложено / найдено / лишних",
        f"{title}: {len(planted)} / {len(found & planted)} / {len(found - planted)}",
    )
    assert precision >= least, sorted(map(sorted, found - planted))[:10]
    assert recall >= least, sorted(map(sorted, planted - found))[:10]


def test_copies_of_one_matter_are_found_through_three_systems(stories: tuple[Stories, set[Pair]]) -> None:
    planted = pairs(stories[0].matters)
    of_stories = {ref for pair in planted for ref in pair} | set(stories[0].twins)
    found = {pair for pair in pairs(groups_of("matter_key", "intermediate.int_matters")) if pair & of_stories}
    _judge("пары копий, три города", found, planted)
    kinds = dict(rows("select evidence, count(*) from intermediate.int_matter_links group by 1"))
    assert {"number", "author", "text"} <= kinds.keys()


def test_one_trouble_in_four_channels_is_one_problem_and_its_twin_is_none(
    stories: tuple[Stories, set[Pair]],
) -> None:
    planted = pairs(stories[0].problems)
    of_stories = {ref for pair in planted for ref in pair} | set(stories[0].twins)
    found = {pair for pair in pairs(groups_of("problem_key", "marts.fct_problem_items")) if pair & of_stories}
    _judge("пары одной проблемы, три города", found, planted)
    assert not {ref for pair in found for ref in pair} & set(stories[0].twins)
    counted = rows(
        "select distinct p.people_count, p.matters_count, p.messages_count, p.channels_count, p.problem_key"
        " from bi.bi_problems as p join marts.fct_problem_items as i using (problem_key)"
        " join marts.fct_feedback as f using (feedback_key) where f.record_ref = any(%s)",
        [ref for group in stories[0].problems for _, ref in group],
    )
    assert [found[:4] for found in counted] == [(8, 8, 8, 4)] * 2 * len(SEEDS)


def test_real_texts_told_again_are_near_each_other(stories: tuple[Stories, set[Pair]]) -> None:
    """The judge of what is near besides the planted: TF-IDF of letters, which the platform does not use."""
    told, planted = stories
    query = """
    select i.record_ref, o.record_ref
    from intermediate.int_near_texts as t
    join marts.fct_feedback as i on t.feedback_key = i.feedback_key
    join marts.fct_feedback as o on t.other_key = o.feedback_key
    where t.score >= 80 and i.record_ref like 'К-%%' and o.record_ref like 'К-%%'
    """
    found = {frozenset((("pos", one), ("pos", other))) for one, other in rows(query)}
    texts = {v.record_ref: v.payload["text"] for v in told.records["pos"] if v.record_ref.startswith("К-")}
    places = {ref: n for n, ref in enumerate(texts)}
    matrix = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True).fit_transform(texts.values())
    really = set()
    for pair in found - planted:
        (_, one), (_, other) = sorted(pair)
        if (matrix[places[one]] @ matrix[places[other]].T).sum() >= 0.7:
            really.add(pair)
    _judge("пары пересказанных текстов Курска", found - really, planted, 0.95)


def test_a_persons_word_survives_a_rebuild(stories: tuple[Stories, set[Pair]]) -> None:
    told = stories[0]
    (_, first), (_, second), _ = told.matters[0]
    trouble = [ref for _, ref in told.problems[0]]
    twin = told.twins[0][1]
    words.unlink(first, second, words.Word("куратор", "Разные заявители"))
    words.link(twin, first, "continuation", words.Word("куратор"))
    words.split(trouble[0], words.Word("куратор"))
    words.merge(trouble[1], twin, words.Word("куратор"))
    words.name(trouble[1], "Дорога у школы", words.Word("куратор"))
    with pytest.raises(UserError, match="не найдена"):
        words.split("нет такого номера", words.Word("куратор"))
    compared = ("fct_feedback", "fct_problems", "fct_problem_items")

    assert not transform(NOW).is_noop  # nothing is new but the words
    after = facts(compared)
    matter = dict(rows("select record_ref, matter_key from marts.fct_feedback"))
    problem = _problems()
    assert matter[first] != matter[second]
    assert matter[first] == matter[twin]
    assert trouble[0] not in problem
    assert problem[trouble[1]] == problem[twin] == problem[trouble[2]]
    assert ("Дорога у школы",) in rows("select problem from bi.bi_problems")

    assert transform(NOW + timedelta(minutes=1), full=True).is_full
    assert facts(compared) == after


def test_what_is_taken_back_counts_in_the_next_run(stories: tuple[Stories, set[Pair]]) -> None:
    told = stories[0]
    first, *_, last = (ref for _, ref in told.problems[1])
    other = told.problems[2][0][1]
    words.split(last, words.Word("куратор"))
    words.merge(first, other, words.Word("куратор"))
    for minutes in (2, 3):  # both copies have seen it
        transform(NOW + timedelta(minutes=minutes))
    problem = _problems()
    assert last not in problem
    assert problem[first] == problem[other]
    words.restore(last, None, words.Word("куратор"))
    words.restore(first, other, words.Word("куратор"))

    assert not transform(NOW + timedelta(minutes=4)).is_full
    problem = _problems()
    assert problem[first] == problem[last] != problem[other]
    compared = ("fct_feedback", "fct_problems", "fct_problem_items")
    after = facts(compared)
    assert transform(NOW + timedelta(minutes=4), full=True).is_full
    assert facts(compared) == after


def _problems() -> dict[str, object]:
    """The problem of each item by its number."""
    return dict(
        rows("select record_ref, problem_key from marts.fct_problem_items join marts.fct_feedback using (feedback_key)")
    )
