"""The spec of a drafted source, as the YAML text that a person finishes."""

from __future__ import annotations

import yaml

from mcu.onboarding.example import Example
from mcu.onboarding.guess import DROPPED, IDENTITY, TEXTS, TIMES, Guess, role_of

CODES = ("municipality", "status", "mark", "latitude", "longitude")
"""Roles whose values are codes or figures: masking must not touch them."""


def spec_text(slug: str, title: str, schedule: str | None, example: Example, guessed: Guess, *, is_api: bool) -> str:
    """The YAML of the source's spec; what a person must decide is marked with TODO."""
    # A table's records have the spec's field names, records of JSON their own.
    paths = {name: name if example.kind != "json" else column.name for name, column in guessed.columns.items()}
    number = paths["number"] if guessed.has("number") else next(iter(paths.values()))
    wanted = [name for name in ("received_at", "text") if name in paths]
    filled = [name for name in wanted if guessed.columns[name].filled_share == 1]
    required = list(dict.fromkeys([number, *(paths[name] for name in filled)]))
    in_header = list(dict.fromkeys([number, *(paths[name] for name in wanted)]))
    times = [paths[name] for name in TIMES if name in paths]
    lines = [f"slug: {slug}", f"title: {_yaml(title)}"]
    lines += [f"# TODO: {doubt}" for doubt in guessed.doubts]
    if schedule:
        lines.append(f'schedule: "{schedule}"')
    else:
        lines.append('# schedule: "20 * * * *"  # TODO: без расписания загружается только вручную')
    lines.append("connector:")
    lines += _connector(slug, example, guessed, in_header, is_api=is_api)
    lines += ["record:", f"  id: {number}", f"  required: {_yaml(required, 4)}"]
    lines += [f"  times: {_yaml(times, 4)}"] if times else []
    if guessed.date_forms:
        lines.append(f"  date_format: {_yaml({paths[name]: form for name, form in guessed.date_forms.items()}, 4)}")
    if example.kind == "json" and "updated_at" in paths:
        lines.append(f"  updated_at: {paths['updated_at']}")
    lines += _personal(paths, guessed)
    given = paths.values() if example.kind != "json" else (column.name for column in example.columns)
    expected = list(dict.fromkeys(path.split(".")[0] for path in given))
    lines.append(f"expected_fields: {_yaml(expected, 2)}")
    return "\n".join(lines) + "\n"


def _connector(slug: str, example: Example, guessed: Guess, required: list[str], *, is_api: bool) -> list[str]:
    if example.kind != "json":
        columns = {name: column.name for name, column in guessed.columns.items()}
        return [
            "  type: files",
            f"  connection: {slug}",
            f'  patterns: ["*.{example.kind}"]',
            f"  columns: {_yaml(columns, 4)}",
            f"  required: {_yaml(required, 4)}",
        ]
    if is_api:
        path = "  path: /  # TODO: путь к списку записей"
        auth = "  auth: bearer  # TODO: bearer, basic, api_key или none"
        return [
            "  type: rest",
            f"  connection: {slug}",
            path,
            auth,
            f"  items: {_yaml(example.items)}",
            "  total: null",
        ]
    given = [f"  items: {_yaml(example.items)}"] if example.items else []
    return ["  type: files", f"  connection: {slug}", "  format: json", *given]


def _personal(paths: dict[str, str], guessed: Guess) -> list[str]:
    personal = {
        "identity": [paths[n] for role in IDENTITY for n in paths if role_of(n) == role],
        "address": [paths[n] for n in paths if n == "address" or role_of(n) == "flat"],
        "drop": [paths[n] for n in paths if role_of(n) in DROPPED],
        "text": [paths[n] for n in paths if n in (*TEXTS, *guessed.free_text)],
        "verbatim": [paths[n] for n in paths if n in CODES],
    }
    for path, kind in guessed.lists.items():
        personal[kind].append(path)
    given = [f"  {name}: {_yaml(fields, 4)}" for name, fields in personal.items() if fields]
    return ["personal:", *given] if given else ["personal: {}"]


def _yaml(value: object, indent: int = 0) -> str:
    """The value as flow-style YAML: one line, or several that break between the parts."""
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
