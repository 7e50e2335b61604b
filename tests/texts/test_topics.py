"""Topics by words: what a model may hold, when it abstains, and that it depends on nothing but its texts."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest

from mcu.settings import settings
from mcu.texts.topics import fit, store
from mcu.texts.topics.fit import Labelled, TooLittle, threshold_for
from mcu.texts.topics.lemmas import lemmas
from mcu.texts.topics.rules import WordRules

GROUPS = {"potholes": "roads", "snow": "roads", "heating": "homes", "lift": "homes"}
SENTENCES = {
    "potholes": ("Яма на дороге, пробил колесо", "Выбоины, подвеска стучит", "Асфальт провалился, яма"),
    "snow": ("Дорогу не чистят от снега", "Каток, сугробы, песка не видели", "Снег не вывозят, сугробы"),
    "heating": ("Батареи холодные, мёрзнем", "Отопления нет, холодно дома", "Котельная не топит, мёрзнем"),
    "lift": ("Лифт стоит, поднимаемся пешком", "Застряли в лифте, диспетчер молчит", "Лифт сломан"),
}
ENDS = ("Дети болеют.", "Жду ответа.", "Прошу помочь.", "Сколько можно?", "Спасибо заранее.", "Это опасно.")


def _history(**more: str) -> list[Labelled]:
    """72 texts of four topics, each by another person; with the topics and texts of `more`."""
    found = [
        Labelled(f"{sentence}. {end}", topic, f"{topic} {number} {end}")
        for topic, sentences in SENTENCES.items()
        for number, sentence in enumerate(sentences)
        for end in ENDS
    ]
    return found + [Labelled(text, topic, "somebody") for topic, text in more.items()]


def test_the_same_texts_give_the_same_bytes_in_any_order() -> None:
    history = _history()
    shuffled = Random(1).sample(history, k=len(history))
    first, second = fit.fit(history, GROUPS), fit.fit(shuffled, GROUPS)
    assert first.model.to_bytes() == second.model.to_bytes()
    assert first.confusion == second.confusion
    assert sum(first.confusion.values()) == len(history)
    assert fit.fit(_history(lift="Лифт снова стоит"), GROUPS).model.to_bytes() != first.model.to_bytes()


def test_a_model_holds_no_name_and_no_word_of_few_people() -> None:
    rare = [Labelled("Лифт стоит, вызывали Кузькину Аграфену, фурнитура", "lift", who) for who in ("a", "b", "b", "b")]
    many = [Labelled("Лифт стоит, а Иванова Мария молчит, турбулентность", "lift", who) for who in "cdefg"]
    words = set(fit.fit([*_history(), *rare, *many], GROUPS).model.words)
    assert {"лифт", "турбулентность"} <= words
    assert not words & {"фурнитура", "иванова", "иванов", "мария", "аграфена", "кузькин", "кузькина"}


def test_it_suggests_what_it_knows_and_abstains_elsewhere() -> None:
    model = fit.fit(_history(), GROUPS).model
    asked = [
        "Огромная яма, колесо пробили",
        "ЛИФТ сломан!!!",
        "Концерт отменили",
        "",
        "<p>Сугробы,&nbsp;снег не вывозят</p>",
    ]
    found = model.judge(asked)
    assert [topic for topic, _ in found] == ["potholes", "lift", None, None, "snow"]
    assert all(0 <= share <= 1 for _, share in found)


def test_too_little_is_no_model() -> None:
    with pytest.raises(TooLittle):
        fit.fit([one for one in _history() if one.topic == "lift"], GROUPS)
    with pytest.raises(TooLittle):
        fit.fit([], GROUPS)
    rare = fit.fit(_history(parks="Парк зарос"), GROUPS | {"parks": "homes"})
    assert "parks" not in rare.model.topics


def test_the_threshold_leaves_nine_right_of_ten() -> None:
    sure = np.array([0.9] * 10 + [0.5] * 10 + [0.2])
    is_right = np.array([True] * 10 + [True] * 8 + [False] * 2 + [False])
    assert threshold_for(sure, is_right) == 0.5  # 18 of 20
    is_right[10] = False  # 17 of 20: those that are equally sure fall together
    assert threshold_for(sure, is_right) == 0.9
    assert threshold_for(sure, np.zeros(21, dtype=bool)) > 1


def test_equal_texts_share_a_fold() -> None:
    """A text that many people send must not be judged by a model that has learned it."""
    texts = [f"Требуем сохранить сквер номер {word}" for word in ("один", "два", "три", "четыре", "пять", "шесть")]
    assert len({fit.fold_of(lemmas(text)) for text in texts}) > 1
    for text in texts:
        assert fit.fold_of(lemmas(text)) == fit.fold_of(lemmas(f"<p>{text.upper()}!</p>"))


def test_a_changed_file_is_no_model(installation: Path) -> None:
    model = fit.fit(_history(), GROUPS).model
    version = store.save(model)
    assert store.is_whole(version)
    assert store.load(version).judge(["Лифт стоит"]) == model.judge(["Лифт стоит"])
    path = settings().var / "topics" / f"{version}.npz"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(store.ModelLost, match="mcu topics train"):
        store.load(version)
    path.unlink()
    assert not store.is_whole(version)


def test_rules_of_words_take_any_form_and_order() -> None:
    rules = WordRules(
        {"topic_code": topic, "words": words}
        for topic, words in [("water.hot", "горячий вода"), ("water", "вода"), ("lift", "лифт"), ("lamps", "фонарь")]
    )
    asked = ["Воды горячей нет", "нет ВОДЫ", "Лифт стоит, фонари не горят", "Ничего"]
    assert [topic for topic, _ in rules.judge(asked)] == ["water.hot", "water", None, None]
