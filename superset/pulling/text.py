"""The text of a YAML file with only the changed lines written anew: comments, order and the way the rest is broken into
lines stay as they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

import yaml

WIDTH = 120
ITEM_A_LINE = frozenset({"order_by_cols"})
"""Lists of plain values that are written one value a line; the others stand on one line."""


def new_file(body: dict[str, Any]) -> str:
    """`body` as a file of ours."""
    return "".join(line + "\n" for key, value in body.items() for line in _entry(key, value, 0))


def edited(text: str, body: dict[str, Any]) -> str:
    """`text` changed so that it says `body`."""
    lines = text.splitlines()
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    assert isinstance(node, yaml.MappingNode)
    return "\n".join(_mapping(lines, node, yaml.safe_load(text), body, Span(0, len(lines)), 0)) + "\n"


def says(text: str, body: dict[str, Any]) -> bool:
    """True if the text is YAML that says `body`, in the same order."""
    try:
        return repr(yaml.safe_load(text)) == repr(body)
    except yaml.YAMLError:
        return False


@dataclass(frozen=True)
class Span:
    """Lines of a file, without `end`."""

    start: int
    end: int


def _mapping(
    lines: list[str], node: yaml.MappingNode, old: dict[str, Any], new: dict[str, Any], within: Span, indent: int
) -> list[str]:
    keys = [key.value for key, _ in node.value]
    spans = dict(zip(keys, _spans(lines, [key.start_mark.line for key, _ in node.value], within.end), strict=True))
    nodes = {key.value: value for key, value in node.value}
    before = {key: list(new)[: list(new).index(key)] for key in new if key not in old}
    made = [*lines[within.start : spans[keys[0]].start]] if keys else []

    def put_after(last: str | None) -> None:
        for key, earlier in before.items():
            if next((known for known in reversed(earlier) if known in old), None) == last:
                made.extend(_entry(key, new[key], indent))

    put_after(None)
    starts = [spans[key].start for key in keys[1:]] + [within.end]
    for key, following in zip(keys, starts, strict=True):
        span = spans[key]
        if key in new:
            made += _value(lines, key, nodes[key], old[key], new[key], span, indent)
        put_after(key)
        made += lines[span.end : following]
    return made


def _value(lines: list[str], key: str, node: yaml.Node, old: Any, new: Any, span: Span, indent: int) -> list[str]:
    own = lines[span.start : span.end]
    if repr(old) == repr(new):  # the order of keys counts too: that of tiles
        return own
    inner = Span(span.start + 1, span.end)
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value and new:
        if isinstance(node, yaml.MappingNode) and isinstance(new, dict):
            child = node.value[0][0].start_mark.column
            return [lines[span.start], *_mapping(lines, node, old, new, inner, child)]
        if isinstance(node, yaml.SequenceNode) and isinstance(new, list):
            return [lines[span.start], *_sequence(lines, key, node, old, new, inner)]
    made = _entry(key, new, indent)
    comment = own[0][node.end_mark.column :].strip() if len(own) == 1 else ""
    return [f"{made[0]}  {comment}"] if comment.startswith("#") and len(made) == 1 else made


def _sequence(
    lines: list[str], key: str, node: yaml.SequenceNode, old: list[Any], new: list[Any], within: Span
) -> list[str]:
    dash = lines[node.value[0].start_mark.line].index("-")
    spans = list(_spans(lines, [item.start_mark.line for item in node.value], within.end))
    made = [*lines[within.start : spans[0].start]]
    was, is_now = [repr(item) for item in old], [repr(item) for item in new]
    for kind, first, last, at, upto in SequenceMatcher(None, was, is_now, autojunk=False).get_opcodes():
        if kind == "equal":
            for index in range(first, last):
                following = spans[index + 1].start if index + 1 < len(spans) else spans[index].end
                made += lines[spans[index].start : following]
        else:
            made += [line for item in new[at:upto] for line in _item(key, item, dash)]
    return made


def _spans(lines: list[str], starts: list[int], end: int) -> Iterator[Span]:
    """Of each entry; comments before an entry belong to nobody."""
    for start, following in zip(starts, [*starts[1:], end], strict=True):
        yield Span(start, _content_end(lines, Span(start, following)))


def _content_end(lines: list[str], span: Span) -> int:
    end = span.end
    while end > span.start + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end


def _entry(key: str, value: Any, indent: int) -> list[str]:
    pad = " " * indent
    if isinstance(value, list) and value and (key in ITEM_A_LINE or isinstance(value[0], (dict, list))):
        return [f"{pad}{_key(key)}:", *(line for item in value for line in _item(key, item, indent))]
    if isinstance(value, dict) and value:
        nested = (line for name, inner in value.items() for line in _inner(name, inner, indent + 2))
        return [f"{pad}{_key(key)}:", *nested]
    return [pad + line for line in _dumped({key: value}, indent)]


def _key(key: Any) -> str:
    """As YAML writes it: «no» and «a: b» need quotes."""
    return yaml.safe_dump(key, allow_unicode=True, width=10_000).removesuffix("\n").removesuffix("\n...")


def _inner(key: str, value: Any, indent: int) -> list[str]:
    """An entry of a mapping: what holds only plain values stands on one line."""
    if isinstance(value, dict) and value and not any(isinstance(part, (dict, list)) for part in value.values()):
        return [" " * indent + line for line in _dumped({key: value}, indent)]
    return _entry(key, value, indent)


def _item(key: str, item: Any, indent: int) -> list[str]:
    made = _dumped(item, indent + 2, is_flow=True)
    return [" " * indent + ("- " if at == 0 else "  ") + line for at, line in enumerate(made)]


def _dumped(value: Any, indent: int, *, is_flow: bool | None = None) -> list[str]:
    """YAML, no line longer than WIDTH if that can be. PyYAML breaks a line after the word that passes the width."""
    if is_flow is None and not isinstance(next(iter(value.values())), (dict, list)):
        is_flow = False  # else `{key: value}`
    made: list[str] = []
    for width in range(WIDTH - indent, WIDTH // 2, -5):
        text = yaml.safe_dump(value, allow_unicode=True, sort_keys=False, default_flow_style=is_flow, width=width)
        made = text.removesuffix("...\n").splitlines()
        if all(len(line) + indent <= WIDTH for line in made):
            break
    return made
