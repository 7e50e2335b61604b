"""The staging model of a drafted source: the columns of the contract, as far as the example has them."""

from __future__ import annotations

import re

from mcu.onboarding.draft_spec import CODES
from mcu.onboarding.example import Example
from mcu.onboarding.guess import DROPPED, IDENTITY, TEXTS, TIMES, Guess, role_of

LAST_COLUMN = "source_metadata"


def staging_text(slug: str, example: Example, guessed: Guess, *, has_channel: bool) -> str:
    """The SQL of `stg_<slug>__items`; what a person must decide is marked with TODO. `has_channel`: channels.csv has a
    row for the source, whose code is the slug."""
    columns = _Columns(example, guessed, has_channel)
    decisions = columns.decisions()
    lines = []
    for name, expression in columns.expressions(slug).items():
        line = expression if expression == name else f"{expression} as {name}"
        comma = "" if name == LAST_COLUMN else ","
        lines.append(f"    {line}{comma}" + (f" -- TODO: {decisions[name]}" if name in decisions else ""))
    selected = "\n".join(lines)
    return f"""\
-- Grain: one message, its latest accepted version.
with versions as (
    {{{{ latest_versions('{slug}') }}}}
)

select
{selected}
from versions
"""


class _Columns:
    """Expressions of the contract's columns over a payload; a column that the example lacks is null."""

    def __init__(self, example: Example, guessed: Guess, has_channel: bool) -> None:
        self._has_channel = has_channel
        self._is_json = example.kind == "json"
        self._guess = guessed

    def expressions(self, slug: str) -> dict[str, str]:
        """Column → expression, in the order of the contract."""
        received = self._instant("received_at")
        return {
            "source_slug": f"'{slug}'",
            "record_ref": "record_ref",
            "municipality_ref": self._text("municipality"),
            "kind": "'message'",
            "channel_code": f"'{slug}'" if self._has_channel else "null::text",
            "received_at": f"coalesce({received}, loaded_at)" if self._guess.has("received_at") else "loaded_at",
            "registered_at": self._instant("registered_at"),
            "status_ref": self._text("status"),
            "topic_ref": self._text("topic"),
            "recipient_ref": self._text("recipient"),
            "executor_ref": "null::text",
            "author_key": "payload ->> 'author_key'",
            "text": self._clean_text("text"),
            "address": self._clean_text("address"),
            "place": self._text("place"),
            "latitude": self._degrees("latitude", 90),
            "longitude": self._degrees("longitude", 180),
            "priority": "'ordinary'",
            "mark": self._macro("mark", "mark", "smallint"),
            "reply_text": self._clean_text("reply_text"),
            "parent_ref": "null::text",
            "source_updated_at": "source_updated_at",
            "load_id": "load_id",
            LAST_COLUMN: self._metadata(),
        }

    def decisions(self) -> dict[str, str]:
        """Column → what a person must decide about it, in Russian."""
        found = {"kind": "'appeal' для обращений по 59-ФЗ"}
        if not self._has_channel:
            found["channel_code"] = "код из channels.csv"
        if not self._guess.has("municipality"):
            found["municipality_ref"] = "впишите код муниципалитета, например 'murmansk'"
        return found

    def _value(self, role: str) -> str:
        name = self._guess.columns[role].name if self._is_json else role
        if re.fullmatch(r"[\w.]+", name) and "." in name:
            return f"payload #>> '{{{name.replace('.', ',')}}}'"
        *above, last = (part.replace("'", "''") for part in name.split("."))
        return "payload" + "".join(f" -> '{part}'" for part in above) + f" ->> '{last}'"

    def _text(self, role: str) -> str:
        return self._value(role) if self._guess.has(role) else "null::text"

    def _clean_text(self, role: str) -> str:
        return self._macro("clean_text", role, "text")

    def _degrees(self, role: str, limit: int) -> str:
        return self._macro("degrees", role, "double precision", f", {limit}")

    def _instant(self, role: str) -> str:
        return self._macro("instant", role, "timestamptz", """, "'" ~ var('time_zone') ~ "'\"""")

    def _macro(self, macro: str, role: str, data_type: str, arguments: str = "") -> str:
        if not self._guess.has(role):
            return f"null::{data_type}"
        value = self._value(role).replace("\\", r"\\").replace('"', r"\"")
        return f'{{{{ {macro}("{value}"{arguments}) }}}}'

    def _metadata(self) -> str:
        """Fields of the example's values that have no column of their own, personal ones excepted."""
        own = {*TIMES, *TEXTS, *CODES, "number", "topic", "recipient", "place"}
        columns = self._guess.columns
        names = [n for n, c in columns.items() if c.values and n not in own and role_of(n) not in (*IDENTITY, *DROPPED)]
        names += ["reply_at"] if self._guess.has("reply_at") else []
        pairs = ",\n        ".join(f"'{name}', {self._value(name)}" for name in names)
        return f"jsonb_build_object(\n        {pairs}\n    )" if pairs else "jsonb_build_object()"
