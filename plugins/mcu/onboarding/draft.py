"""`mcu sources new`: a spec and a staging model to finish, from an example file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from mcu.errors import UserError
from mcu.onboarding.example import Example, read_example
from mcu.onboarding.guess import DROPPED, IDENTITY, TEXTS, TIMES, Guess, guess, role_of
from mcu.settings import ROOT, settings
from mcu.sources.registry import all_sources
from mcu.sources.spec import SourceSpec

_CODES = ("municipality", "status", "mark", "latitude", "longitude")


@dataclass(frozen=True, slots=True)
class Draft:
    """`files`: what was written. `guess`: what was made of each column and what is left to decide."""

    files: list[Path]
    guess: Guess
    in_tree: bool


def new_source(
    slug: str, example_file: Path, into: Path | None = None, title: str | None = None, *, is_api: bool = False
) -> Draft:
    """Write the spec and the staging of a source into an overlay folder, or into the tree. Nothing is overwritten.
    `is_api`: the example is an answer of a REST API, not a file that people drop. Raises
    UserError when the example cannot be read or the source is there already."""
    folder = into or settings().sources_overlay
    specs = folder or ROOT / "dags" / "sources"
    staging = (folder / "models" if folder else ROOT / "dbt_project" / "models" / "staging") / slug
    if slug in all_sources() or (specs / f"{slug}.yml").exists() or staging.exists():
        raise UserError(f"Источник «{slug}» уже есть. Выберите другое имя или исправьте его файлы.")
    example = read_example(example_file)
    if is_api and example.kind != "json":
        raise UserError(f"Файл «{example_file.name}» - не ответ API: нужен JSON.")
    guessed = guess(example)
    spec = _spec(slug, title or example_file.stem, example, guessed, is_api)
    _check(spec)
    files = {
        specs / f"{slug}.yml": spec,
        staging / f"_{slug}__sources.yml": _sources(slug),
        staging / f"stg_{slug}__items.sql": _items(slug, example, guessed),
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if not folder:
        _list_in_project(slug)
    return Draft(list(files), guessed, in_tree=not folder)


def _check(spec: str) -> None:
    """What is written must be a valid spec, or the fault is ours."""
    SourceSpec.model_validate(yaml.safe_load(spec))


def _spec(slug: str, title: str, example: Example, guessed: Guess, is_api: bool) -> str:
    fields = {name: column.name for name, column in guessed.columns.items()}
    is_table = example.kind != "json"

    def path(name: str) -> str:
        return name if is_table else fields[name]

    number = path("number") if guessed.has("number") else path(next(iter(fields)))
    times = [path(name) for name in TIMES if name in fields]
    required = list(dict.fromkeys([number, *(path(n) for n in ("received_at", "text") if n in fields)]))
    personal = {
        "identity": [path(n) for role in IDENTITY for n in fields if role_of(n) == role],
        "address": [path(n) for n in fields if n == "address" or role_of(n) == "flat"],
        "drop": [path(n) for n in fields if role_of(n) in DROPPED],
        "text": [path(n) for n in fields if n in (*TEXTS, *guessed.free_text)],
        "verbatim": [path(n) for n in fields if n in _CODES],
    }
    lines = [f"slug: {slug}", f"title: {_flow(title)}"]
    lines += [f"# TODO: {doubt}" for doubt in guessed.doubts]
    lines += ['# schedule: "20 * * * *"  # TODO: без расписания загружается только вручную', "connector:"]
    if is_table:
        lines += ["  type: files", f"  connection: {slug}", f'  patterns: ["*.{example.kind}"]']
        lines += [f"  columns: {_flow(fields, 4)}", f"  required: {_flow(required, 4)}"]
    elif not is_api:
        lines += ["  type: files", f"  connection: {slug}", "  format: json"]
        lines += [f"  items: {_flow(example.items)}"] if example.items else []
    else:
        lines += ["  type: rest", f"  connection: {slug}", "  path: /  # TODO: путь к списку записей"]
        lines += [f"  items: {_flow(example.items)}", "  total: null"]
    lines += ["record:", f"  id: {number}", f"  required: {_flow(required, 4)}"]
    lines += [f"  times: {_flow(times, 4)}"] if times else []
    if not is_table and "updated_at" in fields:
        lines.append(f"  updated_at: {path('updated_at')}")
    lines.append("personal:" if any(personal.values()) else "personal: {}")
    lines += [f"  {name}: {_flow(given, 4)}" for name, given in personal.items() if given]
    expected = fields if is_table else dict.fromkeys(column.split(".")[0] for column in fields.values())
    lines.append(f"expected_fields: {_flow(list(expected), 2)}")
    return "\n".join(lines) + "\n"


def _sources(slug: str) -> str:
    return f"sources:\n  - name: raw\n    schema: raw\n    tables:\n      - name: {slug}\n"


def _items(slug: str, example: Example, guessed: Guess) -> str:
    def at(role: str) -> str:
        name = role if example.kind != "json" else guessed.columns[role].name
        if "." in name:
            return f"payload #>> '{{{name.replace('.', ',')}}}'"
        return f"payload ->> '{name}'"

    def text(role: str) -> str:
        return at(role) if guessed.has(role) else "null::text"

    def clean(role: str) -> str:
        return f'{{{{ clean_text("{at(role)}") }}}}' if guessed.has(role) else "null::text"

    def instant(role: str) -> str:
        return f"""{{{{ instant("{at(role)}", "'" ~ var('time_zone') ~ "'") }}}}"""

    def degrees(role: str, limit: int) -> str:
        given = guessed.has(role)
        return f'{{{{ degrees("{at(role)}", {limit}) }}}}' if given else "null::double precision"

    known = {*TIMES, *TEXTS, *_CODES, "number", "topic", "recipient", "place"}
    rest = [n for n in guessed.columns if n not in known and role_of(n) not in (*IDENTITY, *DROPPED)]
    rest += [n for n in ("reply_at",) if guessed.has(n)]
    received = f"coalesce({instant('received_at')}, loaded_at)" if guessed.has("received_at") else "loaded_at"
    registered = instant("registered_at") if guessed.has("registered_at") else "null::timestamptz"
    municipality = (
        f"{at('municipality')} as municipality_ref," if guessed.has("municipality")
        else "null::text as municipality_ref, -- TODO: впишите код муниципалитета, например 'murmansk'"
    )  # fmt: skip
    mark = f'{{{{ mark("{at("mark")}") }}}}' if guessed.has("mark") else "null::smallint"
    metadata = ",\n        ".join(f"'{name}', {at(name)}" for name in rest)
    return f"""\
-- Grain: one message, its latest accepted version.
with versions as ({{{{ latest_versions('{slug}') }}}})

select
    '{slug}' as source_slug,
    record_ref,
    {municipality}
    'message' as kind, -- TODO: 'appeal' для обращений по 59-ФЗ
    null::text as channel_code, -- TODO: код из channels.csv
    {received} as received_at,
    {registered} as registered_at,
    {text("status")} as status_ref,
    {text("topic")} as topic_ref,
    {text("recipient")} as recipient_ref,
    null::text as executor_ref,
    payload ->> 'author_key' as author_key,
    {clean("text")} as text,
    {clean("address")} as address,
    {text("place")} as place,
    {degrees("latitude", 90)} as latitude,
    {degrees("longitude", 180)} as longitude,
    'ordinary' as priority,
    {mark} as mark,
    {clean("reply_text")} as reply_text,
    null::text as parent_ref,
    source_updated_at,
    load_id,
    jsonb_build_object({f"{chr(10)}        {metadata}{chr(10)}    " if metadata else ""}) as source_metadata
from versions
"""


def _flow(value: object, indent: int = 0) -> str:
    """The value as YAML on a line, or on few, broken between its parts only."""
    if isinstance(value, dict):
        return _wrap("{", [f"{_scalar(k)}: {_scalar(v)}" for k, v in value.items()], "}", indent)
    return _wrap("[", list(map(_scalar, value)), "]", indent) if isinstance(value, list) else _scalar(value)


def _scalar(value: object) -> str:
    text = yaml.safe_dump([value], default_flow_style=True, allow_unicode=True, width=10_000)
    return text.strip()[1:-1]


def _wrap(opening: str, parts: list[str], closing: str, indent: int) -> str:
    lines, line = [], opening
    for number, part in enumerate(parts, 1):
        word = part + (closing if number == len(parts) else ",")
        if line not in (opening, "") and len(line) + len(word) > 100:
            lines.append(line)
            line = ""
        line += word if line in (opening, "") else f" {word}"
    return f"\n{' ' * indent}".join([*lines, line if parts else opening + closing])


def _list_in_project(slug: str) -> None:
    """In the tree, dbt is told of the source by its list."""
    path = ROOT / "dbt_project" / "dbt_project.yml"
    text = path.read_text(encoding="utf-8")
    head = "  feedback_sources:\n"
    path.write_text(text.replace(head, f"{head}    {slug}: [items]\n", 1), encoding="utf-8")


def told(draft: Draft) -> Iterable[tuple[str, str, str]]:
    """(column, field, what is done with it) for people."""
    for name, column in draft.guess.columns.items():
        base = role_of(name)
        if base in IDENTITY:
            what = "персональное: псевдоним автора"
        elif base in DROPPED:
            what = "персональное: удаляется"
        elif name in (*TEXTS, *draft.guess.free_text):
            what = "текст: маскируется"
        elif name in TIMES:
            what = "дата и время"
        else:
            what = "номер записи" if name == "number" else ""
        yield column.name, name, what
