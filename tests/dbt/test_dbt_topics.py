"""Items whose source names no topic: words, then a model suggest one; a person's word wins; no date moves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from dbt_in_one_process import dbt_in_one_process
from dbt_lives import NOW, START, Version, quiet_message
from dbt_warehouse import FACTS, accept, empty, facts, one, rows, transform

from mcu.errors import UserError
from mcu.settings import settings
from mcu.texts.topics import corrections, train

KNOWN = {
    "Ямы и выбоины на дороге": ("Огромная яма на дороге, пробил колесо", "После зимы одни ямы, подвеска стучит"),
    "Ненадлежащее качество или отсутствие отопления": (
        "Батареи холодные, мёрзнем",
        "Отопления нет третий день, холодно",
    ),
    "Уборка/Вывоз мусора": ("Контейнеры переполнены, мусор не вывозят", "Мусор лежит неделю, вывоз сорван"),
}
UNNAMED = {
    900: "Подвеска стучит от такой ямы, колесо пробил",
    901: "Снова мёрзнем, холодные батареи",
    902: "Нет отопления",
    903: "Здравствуйте! Спасибо.",
    904: "",
}
FACTS_OF_THE_LAW = ("fct_deadlines", "rpt_reconciliation")
TABLES = (*FACTS, "dim_topic")


def _message(number: int, text: str, topic: str | None) -> Version:
    organization = "МКУ «Центр городской среды»" if topic else None
    return quiet_message(
        START, number, 40, text=text, topic=topic, author_key=f"{number:064x}", organization=organization
    )


@pytest.fixture(scope="module")
def history(warehouse: Path) -> Iterator[None]:
    """Three topics of 16 messages each and five messages without one, counted by rules of words."""
    empty()
    texts = [(topic, f"{text}. Дом {n}") for topic, variants in KNOWN.items() for text in variants for n in range(8)]
    named = [_message(100 + number, text, topic) for number, (topic, text) in enumerate(texts)]
    with dbt_in_one_process():
        accept("pos", [*named, *(_message(number, text, None) for number, text in UNNAMED.items())])
        transform(NOW)
        yield
    empty()


def _topics() -> dict[int, tuple[str, str]]:
    found = rows(
        "select record_ref, topic_code, topic_source from marts.fct_feedback"
        " where record_ref in ('POS-900', 'POS-901', 'POS-902', 'POS-903', 'POS-904', 'POS-100') order by 1"
    )
    return {int(ref.removeprefix("POS-")): (code, source) for ref, code, source in found}


def _unlike_full() -> list[str]:
    """Facts in which the run that just ended differs from a full one of the same instant."""
    incremental, suggested = facts(TABLES), rows(_SUGGESTED)
    assert transform(NOW, full=True).is_full
    full = facts(TABLES)
    return [table for table in TABLES if incremental[table] != full[table]] + (
        [] if suggested == rows(_SUGGESTED) else ["int_topics"]
    )


_SUGGESTED = "select t::text from intermediate.int_topics as t order by 1"


def test_words_suggest_where_nothing_was_learned(history: None) -> None:
    topics = _topics()
    assert topics[100] == ("roads.potholes", "source")
    assert topics[902] == ("zhkh.heating", "words")
    assert topics[903] == topics[904] == ("none", "none")
    # nobody has it: the suggestion names the block whose head is asked
    assert one("select block_code from marts.fct_feedback where record_ref = 'POS-902'") == "murmansk.zhkh"
    assert (
        one(
            "select u.block_code from marts.rpt_unowned_items as u join marts.fct_feedback using (feedback_key)"
            " where record_ref = 'POS-902'"
        )
        == "murmansk.zhkh"
    )


def test_a_model_suggests_and_moves_no_date(history: None) -> None:
    before = facts(FACTS_OF_THE_LAW)
    said = train.train()
    version, texts, suggested = rows("select version, texts_count, suggested_count from ops.topic_models")[0]
    assert version in said and texts == 48
    assert one("select sum(texts_count) from ops.topic_model_confusion") == 48
    assert one("select sum(texts_count) from ops.topic_model_confusion where suggested_code != 'none'") == suggested
    assert train.train() == said and one("select count(*) from ops.topic_models") == 1

    result = transform(NOW)  # the loads and the instant are those of the run before
    assert not result.is_noop and not result.is_full
    topics = _topics()
    assert topics[900] == ("roads.potholes", "model") and topics[901] == ("zhkh.heating", "model")
    assert topics[903] == topics[904] == ("none", "none")
    assert topics[100] == ("roads.potholes", "source")
    assert rows("select distinct topic_source from bi.bi_feedback where record_ref = 'POS-900'") == [
        ("Подсказка: модель",)
    ]
    assert facts(FACTS_OF_THE_LAW) == before
    assert transform(NOW).is_noop


def test_a_new_item_is_judged_alone(history: None) -> None:
    """The copies take turns: the first run lets the other copy catch up with the model too."""
    for number in (905, 906):
        accept("pos", [_message(number, "Мусор не вывозят, контейнеры переполнены", None)])
        assert not transform(NOW).is_full
    assert one("select count(*) from intermediate.int_touched") == 2
    found = rows("select topic_code, topic_source from marts.fct_feedback where record_ref = 'POS-905'")
    assert found == [("tko.removal", "model")]


def test_a_person_wins_and_survives_a_rebuild(history: None) -> None:
    before = facts(FACTS_OF_THE_LAW)
    with pytest.raises(UserError, match="нет в справочнике"):
        corrections.correct("POS-903", "no.such", by="проверка")
    with pytest.raises(UserError, match="не найдена"):
        corrections.correct("POS-12345", "tko.removal", by="проверка")
    for ref in ("POS-903", "POS-100"):
        assert corrections.correct(ref, "tko.removal", by="проверка") == "Уборка/Вывоз мусора"
    transform(NOW)
    assert _topics()[903] == _topics()[100] == ("tko.removal", "person")
    assert facts(FACTS_OF_THE_LAW) == before
    assert _unlike_full() == []
    assert _topics()[903] == _topics()[100] == ("tko.removal", "person")

    corrections.correct("POS-903", None, by="проверка")
    transform(NOW)
    assert _topics()[903] == ("none", "none") and _topics()[100] == ("tko.removal", "person")


def test_a_correction_is_learned_from_and_a_lost_model_is_learned_anew(history: None) -> None:
    (file,) = (settings().var / "topics").glob("*.npz")
    file.unlink()
    transform(NOW + timedelta(hours=1))
    versions = [version for (version,) in rows("select version from ops.topic_models order by model_no")]
    assert len(set(versions)) == 2, "the corrected text teaches another topic"
    assert [path.stem for path in (settings().var / "topics").glob("*.npz")] == versions[-1:]
    assert _topics()[901] == ("zhkh.heating", "model")
    assert one("select count(*) from intermediate.int_topics where model_version != %s", versions[-1]) == 0
