"""docs/spec.md says what the classes of the spec check, with a meaning and a good example of each key."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, ValidationError

from mcu.sources.reference import CONNECTORS, PAGE, PARTS, keys_of, spec_reference


def test_the_page_is_the_generated_one() -> None:
    assert PAGE.read_text(encoding="utf-8") == spec_reference(), "run: make docs"


@pytest.mark.parametrize("part", [*PARTS, *CONNECTORS])
def test_each_key_has_a_meaning_and_a_valid_example(part: type[BaseModel]) -> None:
    keys = keys_of(part)
    assert [name for name, (_, meaning, example) in keys.items() if not meaning or example is None] == []
    required = {name: example for name, (field, _, example) in keys.items() if field.is_required()}
    for name, (_, _, example) in keys.items():
        try:
            part.model_validate(required | {name: example})
        except ValidationError as error:
            # keys that exclude each other are no fault of one example
            assert [fault["msg"] for fault in error.errors() if fault["loc"][:1] == (name,)] == []


def test_types_bounds_and_defaults_are_in_words() -> None:
    page = spec_reference()
    assert "| `page_size` | whole number, from 1, to 10,000 | `500` | How many records to ask for at once. |" in page
    assert "| `timeout_seconds` | seconds, above 0, to 7,200 | `30` |" in page
    assert "| `id` | text, not blank | **required** |" in page
    assert "All keys of the connector `files`, and:" in page and page.count("| `columns` |") == 1
