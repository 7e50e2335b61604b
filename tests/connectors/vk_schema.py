"""The published JSON Schema of the VK API as a validator that is stricter than it: `required` stands there inside the
properties, as in draft 3, and objects are put together by allOf; here each object knows all its fields and no other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator

Path_ = tuple[str, ...]


class VkSchema:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read = cache(lambda name: json.loads((folder / name).read_text(encoding="utf-8")))

    def methods(self, name: str) -> dict[str, Any]:
        """The description of a method. Raises KeyError."""
        family = self._read(f"{name.partition('.')[0]}/methods.json")["methods"]
        return {m["name"]: m for m in family}[name]

    def response(self, method: str) -> dict[str, Any]:
        """The strict schema of a method's plain answer, its references resolved as deep as the folder goes."""
        return self._strict(self.methods(method)["responses"]["response"], ())

    def error(self) -> dict[str, Any]:
        return self._strict({"$ref": "../base/objects.json#/definitions/base_error"}, ())

    def faults(self, schema: dict[str, Any], body: Any) -> list[str]:
        return [f"{'/'.join(map(str, e.path))}: {e.message[:200]}" for e in Draft7Validator(schema).iter_errors(body)]

    def fields(self, schema: dict[str, Any], path: str) -> bool:
        """True if the dotted path of an answer is described (`items` of a list are passed through)."""
        for part in path.split("."):
            while schema.get("type") == "array":
                schema = schema["items"]
            if part not in schema.get("properties", {}):
                return False
            schema = schema["properties"][part]
        return True

    def _target(self, ref: str) -> Any:
        file, _, pointer = ref.partition("#/")
        found = self._read(file.removeprefix("../"))
        for part in pointer.split("/"):
            found = found[part]
        return found

    def _strict(self, schema: dict[str, Any], above: Path_) -> dict[str, Any]:
        if ref := schema.get("$ref"):
            # Families that the folder does not hold, and objects inside themselves, are taken as they come.
            if not (self._folder / ref.partition("#/")[0].removeprefix("../")).exists() or above.count(ref) > 1:
                return {}
            return self._strict(self._target(ref), (*above, ref))
        parts = list(self._parts(schema, above))
        properties = {name: s for part in parts for name, s in part.get("properties", {}).items()}
        own = {k: v for k, v in schema.items() if k in ("type", "enum", "minimum", "maximum", "pattern")}
        if properties:
            own |= {
                "type": "object",
                "properties": {name: self._strict(s, above) for name, s in properties.items()},
                "required": [name for name, s in properties.items() if s.get("required") is True],
                "additionalProperties": False,
            }
        if "items" in schema:
            own["items"] = self._strict(schema["items"], above)
        return own

    def _parts(self, schema: dict[str, Any], above: Path_) -> Iterator[dict[str, Any]]:
        """The schema and all that its allOf takes in."""
        if ref := schema.get("$ref"):
            yield from self._parts(self._target(ref), above)
            return
        yield schema
        for part in schema.get("allOf", []):
            yield from self._parts(part, above)
