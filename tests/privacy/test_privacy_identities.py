"""2,000 real texts with planted identities: what share is found, and how many ordinary words are masked with them."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from ground import add_evidence
from mcu.privacy.masking import mask
from tests.privacy.identities import FOLDS, KINDS, LEAST

TITLE = "Персональные данные в 2 000 реальных текстах"
WORDS = re.compile(r"[А-ЯЁа-яёA-Za-z]+|\d+").findall
_NO_IDENTITY = (
    "тел паспорт серия серии номер снилс карта на карту кв квартира квартире в д рф nbsp b https http www m vk com ok"
    " ru profile t me id собака точка example mail at mcu пример"
)
NO_IDENTITY = frozenset(_NO_IDENTITY.split())


@pytest.fixture(scope="module")
def texts(shared_data: Path) -> list[str]:
    """The real messages after masking, so that whatever is found below was planted."""
    with (shared_data / "kursk_messages_train.csv").open(encoding="utf-8", newline="") as file:
        return [mask(row["text"]) for row in csv.DictReader(file)]


def planted(texts: list[str], kind: str, fold: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """(text with an identity between two of its sentences, the identity): each text once, the spellings in turn."""
    rng = Random(kind)
    for number, text in enumerate(texts):
        identity = fold(KINDS[kind][number % len(KINDS[kind])](rng))
        ends = [m.end() for m in re.finditer(r"(?<=[а-яё]{4})[.!?]\s+", text)] or [len(text)]
        at = rng.choice(ends)
        yield f"{text[:at]} {identity}. {text[at:]}", identity


def is_left(identity: str, before: str, masked: str) -> bool:
    """True if a part of the identity is more frequent in the masked text than in the text before planting."""
    own = {word for word in WORDS(re.sub(r"&\w+;", " ", identity)) if word.lower() not in NO_IDENTITY and len(word) > 1}
    seen, known = Counter(WORDS(masked)), Counter(WORDS(before))
    return any(seen[word] > known[word] for word in own if word != "5")


def test_ordinary_words_of_real_texts_are_left(shared_data: Path) -> None:
    """The share stays small even if every word masked in the real texts was an ordinary one."""
    with (shared_data / "kursk_messages_train.csv").open(encoding="utf-8", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    words = taken = 0
    for text in texts:
        before = Counter(WORDS(text))
        words += sum(before.values())
        taken += sum((before - Counter(WORDS(mask(text)))).values())
    add_evidence(TITLE, f"слов, скрытых в самих текстах: {taken} из {words} ({taken / words:.3%})")
    assert 0 < taken / words <= 0.02


@pytest.mark.parametrize("kind", KINDS)
def test_share_found(texts: list[str], kind: str) -> None:
    assert len(KINDS[kind]) == 10 and len(texts) == 2000
    check(texts, kind, kind, lambda identity: identity)


@pytest.mark.parametrize(("kind", "fold"), FOLDS)
def test_share_found_in_other_signs(texts: list[str], kind: str, fold: str) -> None:
    check(texts[:FOLDED], kind, f"{kind}, {fold}", FOLDS[kind, fold])


FOLDED = 400
"""Texts for each kind and fold."""


def check(texts: list[str], kind: str, title: str, fold: Callable[[str], str]) -> None:
    lost: Counter[int] = Counter()
    taken = words = 0
    for number, (text, identity) in enumerate(planted(texts, kind, fold)):
        masked = mask(text)
        if is_left(identity, texts[number], masked):
            lost[number % 10] += 1
        # Ordinary words masked with the identity: words of the real text that are missing now.
        before, after = Counter(WORDS(texts[number])), Counter(WORDS(masked))
        taken += sum((before - after).values())
        words += sum(before.values())
    share = 1 - sum(lost.values()) / len(texts)
    add_evidence(TITLE, f"{title:55} найдено {share:.4f} (не меньше {LEAST[kind]}), лишних слов {taken / words:.4%}")
    assert share >= LEAST[kind], dict(lost)
    assert taken / words <= 0.002
