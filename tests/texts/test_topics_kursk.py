"""Topics of real messages: right often enough, sure where it is right, and never a word of one person."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from ground import add_evidence
from mcu.texts.topics import fit
from mcu.texts.topics.fit import Labelled
from mcu.texts.topics.lemmas import lemmas

FOLDS = 5


@cache
def _messages(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def messages(shared_data: Path) -> list[dict[str, str]]:
    return _messages(shared_data / "kursk_messages_train.csv")


def _labelled(messages: list[dict[str, str]]) -> tuple[list[Labelled], dict[str, str]]:
    return (
        [Labelled(m["text"], m["theme"], m["id"]) for m in messages],
        {m["theme"]: m["category"] for m in messages},
    )


def test_categories_of_kursk_in_five_folds(messages: list[dict[str, str]]) -> None:
    known, group_of = _labelled(messages)
    fold = np.arange(len(known)) % FOLDS
    sure, is_right = np.zeros(len(known)), np.zeros(len(known), dtype=bool)
    for number in range(FOLDS):
        unseen = np.flatnonzero(fold == number).tolist()
        model = fit.fit_model([known[i] for i in np.flatnonzero(fold != number).tolist()], group_of)
        shares = model.shares(model.vectors([lemmas(known[i].text) for i in unseen])) @ model.members
        truth = np.array([group_of[known[i].topic] for i in unseen])
        is_right[unseen] = model.groups[shares.argmax(axis=1)] == truth
        sure[unseen] = shares.max(axis=1)
    surest = np.argsort(-sure, kind="stable")[: len(known) * 4 // 5]
    everywhere, where_sure = float(is_right.mean()), float(is_right[surest].mean())
    add_evidence("Категории сообщений Курской области", f"все: {everywhere:.4f}, 80 %: {where_sure:.4f}")
    assert everywhere >= 0.80
    assert where_sure >= 0.90
