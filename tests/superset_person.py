"""A person at Superset over HTTP: through the real forms and redirects, with the cookies of a browser."""

from __future__ import annotations

import re
import time
from typing import Any

import requests

SECONDS = 120


class Person:
    """Nobody yet; `sign_in` makes somebody of them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False

    def get(self, path: str, **named: Any) -> requests.Response:
        return self.session.get(path if path.startswith("http") else self.url + path, timeout=SECONDS, **named)

    def post(self, path: str, **named: Any) -> requests.Response:
        return self.session.post(path if path.startswith("http") else self.url + path, timeout=SECONDS, **named)

    def sign_in(self, login: str, password: str) -> requests.Response:
        """By the form, which takes five sign-ins a second from all of this machine together."""
        form = {"username": login, "password": password, "csrf_token": csrf(self.get("/login/").text)}
        for _ in range(30):
            answer = self.post("/login/", data=form)
            if answer.status_code != requests.codes.too_many_requests:
                break
            time.sleep(0.5)
        return answer

    def token(self, login: str, password: str, provider: str) -> int:
        """The API's answer to the password."""
        body = {"username": login, "password": password, "provider": provider}
        return self.post("/api/v1/security/login", json=body).status_code

    def me(self) -> dict[str, Any] | int:
        """Who Superset takes them for: login, names and roles; else the status of its refusal."""
        answer = self.get("/api/v1/me/roles/")
        if answer.status_code != 200:
            return answer.status_code
        found = answer.json()["result"]
        who = {name: found[name] for name in ("username", "firstName", "lastName")}
        return who | {"roles": list(found["roles"])}

    def municipalities(self) -> set[str] | int:
        """Whose items the person sees, by a query of their own."""
        datasets = self.get("/api/v1/dataset/?q=(page_size:200)").json()["result"]
        (number,) = [dataset["id"] for dataset in datasets if dataset["table_name"] == "bi_feedback"]
        query = {"columns": ["municipality"], "metrics": [], "row_limit": 1000}
        asked = {"datasource": {"id": number, "type": "table"}, "queries": [query], "result_type": "full"}
        answer = self.post("/api/v1/chart/data", json={**asked, "result_format": "json", "force": True})
        if answer.status_code != 200:
            return answer.status_code
        return {row["municipality"] for row in answer.json()["result"][0]["data"]}


def csrf(page: str) -> str:
    """The token of the form on a page, ours or Superset's own."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page) or re.search(
        r"csrf_token(?:&#34;|\")\s*:\s*(?:&#34;|\")([^&\"]+)", page
    )
    assert found, page[:2_000]
    return found[1]
