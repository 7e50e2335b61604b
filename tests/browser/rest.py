"""Superset's REST API as the browser uses it, signed in as a person."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import yaml

from superset_person import Person


class Rest:
    """The API of a running Superset."""

    def __init__(self, url: str, user: str, password: str) -> None:
        person = Person(url)
        person.sign_in(user, password)
        self._url, self._session = url, person.session
        self._session.headers.update({"X-CSRFToken": self.get("security/csrf_token/"), "Referer": url})

    def get(self, path: str) -> Any:
        """The result of a request."""
        answer = self._session.get(f"{self._url}/api/v1/{path}", timeout=60)
        assert answer.ok, answer.text
        return answer.json()["result"]

    def put(self, path: str, body: dict[str, Any]) -> None:
        """Change an object."""
        answer = self._session.put(f"{self._url}/api/v1/{path}", json=body, timeout=60)
        assert answer.ok, answer.text

    def post(self, path: str, body: dict[str, Any]) -> int:
        """Make an object. Returns its number."""
        answer = self._session.post(f"{self._url}/api/v1/{path}", json=body, timeout=60)
        assert answer.ok, answer.text
        return int(answer.json()["id"])

    def chart(self, title: str) -> dict[str, Any]:
        """The chart of this title."""
        every = self.get("chart/?q=(page_size:200)")
        (found,) = [chart for chart in every if chart["slice_name"] == title]
        return {"id": found["id"], **self.get(f"chart/{found['id']}")}

    def page(self, slug: str) -> dict[str, Any]:
        """A dashboard, its grid and settings read."""
        found = self.get(f"dashboard/{slug}")
        return found | {
            "position": json.loads(found["position_json"]),
            "metadata": json.loads(found["json_metadata"]),
        }

    def save_page(self, page: dict[str, Any]) -> None:
        """Save a dashboard as the browser does: the grid stands among the settings."""
        metadata = page["metadata"] | {"positions": page["position"]}
        self.put(f"dashboard/{page['id']}", {"json_metadata": json.dumps(metadata)})

    def export(self, slug: str) -> dict[str, dict[str, Any]]:
        """Every object of a dashboard by its UUID, as Superset exports it."""
        number = self.get(f"dashboard/{slug}")["id"]
        answer = self._session.get(f"{self._url}/api/v1/dashboard/export/?q=!({number})", timeout=60)
        with zipfile.ZipFile(io.BytesIO(answer.content)) as bundle:
            read = [yaml.safe_load(bundle.read(name)) for name in bundle.namelist()]
        return {body["uuid"]: body for body in read if "slice_name" in body or "dashboard_title" in body}
