"""The README's way from a CSV to the dashboard, run word for word. The last of its folder: it adds a source."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import time
from typing import Any

import pytest
import requests

from ground import ROOT, add_evidence
from platform_fixture import Platform

pytestmark = pytest.mark.e2e

MOST_COMMANDS = 10
TITLE = "Аварийно-диспетчерская служба"


def commands() -> list[str]:
    """The README's commands, without the remarks beside them."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.partition("\n## From a CSV to the dashboard")[2].partition("\n## ")[0]
    lines = re.findall(r"^ {4}(\S.*)$", section, re.MULTILINE)
    return [line.partition("  #")[0].strip() for line in lines]


def run(platform: Platform) -> str:
    """Run the commands in one shell, as a person types them; their output."""
    script = "\n".join(["set -euo pipefail", *(f"echo '$' {c!r}\n{c}" for c in commands())])
    env = platform.env | {"COLUMNS": "300"}
    done = subprocess.run(
        ["bash", "-c", script], cwd=platform.home, env=env, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=900,
    )  # fmt: skip  # a table
    assert done.returncode == 0, done.stdout
    return done.stdout


class Dashboard:
    """What a person of the МЦУ sees, by the requests that the page makes."""

    def __init__(self, platform: Platform) -> None:
        self._url = platform.superset_url
        self._http = requests.Session()
        self._http.trust_env = False
        login = {"username": "rukovoditel", "password": platform.secret("superset_rukovoditel"), "provider": "db"}
        token = self._http.post(f"{self._url}/api/v1/security/login", json=login, timeout=60).json()["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    def number(self, tile: str, channel: str) -> int:
        """The number on a tile under the dashboard's filter «Канал поступления»."""
        (chart,) = [c for c in self._get("chart/?q=(page_size:100)")["result"] if c["slice_name"] == tile]
        asked = json.loads(self._get(f"chart/{chart['id']}")["result"]["query_context"])
        total = asked["queries"][-1] | {"filters": [{"col": "channel", "op": "IN", "val": [channel]}]}
        answer = self._http.post(
            f"{self._url}/api/v1/chart/data", json=asked | {"queries": [total], "force": True}, timeout=60
        ).json()["result"][0]
        assert answer["rejected_filters"] == [], answer
        return int(next(iter(answer["data"][0].values())) or 0)

    def _get(self, path: str) -> Any:
        return self._http.get(f"{self._url}/api/v1/{path}", timeout=60).json()


def test_the_readme_leads_from_a_csv_to_the_dashboard(platform: Platform) -> None:
    with (ROOT / "docs" / "examples" / "ads.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert 5 <= len(commands()) <= MOST_COMMANDS
    started = time.monotonic()
    output = run(platform)
    add_evidence("From a CSV to the dashboard", f"{len(commands())} commands, {time.monotonic() - started:.0f} s")
    assert "✗" not in output and "не сверены" not in output and "ВПИШИТЕ_КОД" not in output, output
    assert f"прочитано {len(rows)}, новых {len(rows)}, без изменений 0, отклонено 0" in output
    assert "расписание включено" in output
    seen = Dashboard(platform)
    # Two rows are of one author and matter; the first has no answer yet, so the second is its duplicate.
    doubled = len(rows) - len({(row["ФИО заявителя"], row["Вид работ"]) for row in rows})
    assert doubled == 1
    assert seen.number("Новые", TITLE) == len(rows) - doubled
    assert seen.number("Повторные", TITLE) == 0
