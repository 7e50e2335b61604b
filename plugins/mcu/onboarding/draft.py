"""`mcu sources new`: a spec and a staging model to finish, drafted from an example file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from mcu.errors import UserError
from mcu.onboarding.draft_spec import spec_text
from mcu.onboarding.draft_staging import staging_text
from mcu.onboarding.example import read_example
from mcu.onboarding.guess import DROPPED, IDENTITY, TEXTS, TIMES, Guess, guess, role_of
from mcu.seeds.append import append_row
from mcu.settings import ROOT, settings
from mcu.sources.registry import source_titles
from mcu.sources.schedule import check_schedule
from mcu.sources.spec import SourceSpec, check_slug

CHANNELS = ROOT / "dbt_project" / "seeds" / "channels.csv"


@dataclass(frozen=True, slots=True)
class Draft:
    """`files`: what was written or added to. `guess`: the field of each column, and what is left to decide."""

    files: list[Path]
    guess: Guess


def new_source(
    slug: str,
    example_file: Path,
    into: Path | None = None,
    title: str | None = None,
    schedule: str | None = None,
    *,
    is_api: bool = False,
) -> Draft:
    """Write the spec and the staging of a source into an overlay folder, or into the project, there also the row of its
    channel. Overwrites nothing.

    `schedule`: cron; without it the source is loaded by hand. `is_api`: the example is an answer of a REST API, not a
    file that people drop. Raises UserError when the example cannot be read or the source exists already."""
    folder = into or settings().sources_overlay
    spec_file = (folder or ROOT / "dags" / "sources") / f"{slug}.yml"
    staging = (folder / "models" if folder else ROOT / "dbt_project" / "models" / "staging") / slug
    try:
        check_slug(slug)
    except ValueError as error:
        raise UserError(f"Имя источника {error}.") from None
    try:
        schedule = schedule and check_schedule(schedule)
    except ValueError as error:
        raise UserError(f"--schedule: {error}.") from None
    if slug in source_titles() or spec_file.exists() or staging.exists():
        raise UserError(f"Источник «{slug}» уже есть. Выберите другое имя или исправьте его файлы.")
    example = read_example(example_file)
    if is_api and example.kind != "json":
        raise UserError(f"Файл «{example_file.name}» - не ответ API: нужен JSON.")
    guessed = guess(example)
    spec = spec_text(slug, title or example_file.stem, schedule, example, guessed, is_api=is_api)
    SourceSpec.model_validate(yaml.safe_load(spec))  # an invalid draft is a bug of ours: write nothing
    files = {
        spec_file: spec,
        staging / f"stg_{slug}__items.sql": staging_text(slug, example, guessed, has_channel=not folder),
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if not folder:  # an overlay has no seeds
        _add_channel(slug, title or example_file.stem)
    return Draft([*files, *[CHANNELS] * (not folder)], guessed)


def _add_channel(slug: str, title: str) -> None:
    """The row of the source's channel, unless an earlier draft has left it there."""
    with CHANNELS.open(encoding="utf-8", newline="") as file:
        known = {row["channel_code"] for row in csv.DictReader(file)}
    if slug not in known:
        append_row(CHANNELS, [slug, title, slug, "message", ""])


def describe_fields(guessed: Guess) -> Iterator[tuple[str, str, str]]:
    """(column, field, what happens to it) of each column, for people."""
    for name, column in guessed.columns.items():
        role = role_of(name)
        if role in IDENTITY:
            what = "персональное: псевдоним автора"
        elif role in DROPPED:
            what = "персональное: удаляется"
        elif name in (*TEXTS, *guessed.free_text):
            what = "текст: маскируется"
        elif name in TIMES:
            what = "дата и время"
        else:
            what = "номер записи" if name == "number" else ""
        yield column.name, name, what
    for path, kind in guessed.lists.items():
        yield path, path, "персональное: удаляется" if kind == "drop" else "текст: маскируется"
