"""What people say of matters and problems: written once, never changed; the last word counts (`ops.matter_links`,
`ops.problem_edits`). The next calculation of the marts follows it, and so does every rebuild."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from uuid import UUID

import psycopg

from mcu.errors import UserError
from mcu.privacy.refusal import refuse_personal
from mcu.warehouse.connect import connect


@dataclass(frozen=True)
class Word:
    """Who says it and why."""

    by: str | None = None
    reason: str | None = None

    @property
    def author(self) -> str:
        return self.by or getpass.getuser()


def link(ref: str, other: str, kind: str, word: Word) -> None:
    """Both items are one matter (`kind`: copy or continuation), or the first refers to the second (reference). Raises
    UserError."""
    _say_of_matters("link", ref, other, kind, word)


def unlink(ref: str, other: str, word: Word) -> None:
    """The two items are not linked, whatever rules find. Raises UserError."""
    _say_of_matters("unlink", ref, other, "copy", word)


def name(ref: str, title: str, word: Word) -> None:
    """The problem of this item is called so. Raises UserError."""
    if not title.strip():
        raise UserError("Название не должно быть пустым.")
    _say_of_problems("name", ref, None, title.strip(), word)


def merge(ref: str, other: str, word: Word) -> None:
    """The two items are about one problem. Raises UserError."""
    _say_of_problems("merge", ref, other, None, word)


def split(ref: str, word: Word) -> None:
    """This item, with its matter, is no part of the problem that rules put it in. Raises UserError."""
    _say_of_problems("split", ref, None, None, word)


def restore(ref: str, other: str | None, word: Word) -> None:
    """Take back the split of an item, or the merge with another one. Raises UserError."""
    _say_of_problems("restore", ref, other, None, word)


def _say_of_matters(action: str, ref: str, other: str, kind: str, word: Word) -> None:
    refuse_personal(word.reason)
    one, two = _key(ref), _key(other)
    _refuse_equal(one, two)
    with connect("loader") as conn:
        conn.execute(
            "insert into ops.matter_links"
            " (action, kind, feedback_key, other_key, record_ref, other_ref, reason, said_by)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s)",
            [action, kind, one, two, ref, other, word.reason, word.author],
        )


def _say_of_problems(action: str, ref: str, other: str | None, title: str | None, word: Word) -> None:
    refuse_personal(title, word.reason)
    one, two = _key(ref), _key(other) if other else None
    _refuse_equal(one, two)
    with connect("loader") as conn:
        conn.execute(
            "insert into ops.problem_edits"
            " (action, feedback_key, other_key, record_ref, other_ref, title, reason, said_by)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s)",
            [action, one, two, ref, other, title, word.reason, word.author],
        )


def _refuse_equal(one: UUID, two: UUID | None) -> None:
    if one == two:
        raise UserError("Указана дважды одна и та же запись.")


def _key(ref: str) -> UUID:
    """The item «number» or «source:number»."""
    with connect("transformer") as conn:
        try:
            found = conn.execute(
                "select feedback_key, source_slug from marts.fct_feedback"
                " where record_ref = %(ref)s or source_slug || ':' || record_ref = %(ref)s order by 2",
                {"ref": ref},
            ).fetchall()
        except psycopg.errors.UndefinedTable:
            found = []
    if not found:
        raise UserError(f"Запись «{ref}» не найдена в витринах. Проверьте номер.")
    if len(found) > 1:
        named = ", ".join(f"{slug}:{ref}" for _, slug in found)
        raise UserError(f"Номер «{ref}» есть в нескольких системах; уточните: {named}")
    key: UUID = found[0][0]
    return key
