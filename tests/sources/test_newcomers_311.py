"""NYC 311 (CSV, dates as in the United States) and an Open311 service (GeoReport v2) are added by the README: a draft,
the lines it leaves open, and every record would land."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from mcu.onboarding.draft import Draft, new_source
from mcu.onboarding.preview import Checked, check_source
from mcu.sources.registry import get_source

SAMPLES = Path(__file__).parent / "samples"
MOST_LINES = 60


def finish(path: Path, /, **lines: str) -> None:
    """Replace the rest of the lines that begin so, as a person does at each TODO that matters."""
    text = path.read_text(encoding="utf-8").splitlines()
    for begin, line in lines.items():
        (at,) = [n for n, old in enumerate(text) if begin in old and "TODO" in old]
        text[at] = line
    path.write_text("\n".join([*text, ""]), encoding="utf-8")


def check(draft: Draft, monkeypatch: pytest.MonkeyPatch, address: str) -> Checked:
    """What the check says, once the municipality is written into the staging."""
    spec, staging = draft.files
    finish(staging, municipality_ref="    'murmansk' as municipality_ref,")
    assert all(len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES for path in (spec, staging))
    monkeypatch.setenv(f"MCU_SECRET_CONN_{spec.stem.upper()}", address)
    return check_source(get_source(spec.stem))


def test_nyc_311(overlay: Path, installation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = new_source("nyc", SAMPLES / "nyc311.csv", overlay, "NYC 311")
    assert draft.guess.doubts == [
        "не найдено: муниципалитет", "не найден автор: без него повторные обращения не узнать",
    ]  # fmt: skip  # a table
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_bytes((SAMPLES / "nyc311.csv").read_bytes())
    checked = check(draft, monkeypatch, (tmp_path / "in").as_uri())
    assert (len(checked.landed), checked.refused) == (5, 0)  # one of them has no text yet, another is not closed
    first, second = (payload for _, payload in checked.landed[:2])
    assert (first["received_at"], first["reply_at"]) == ("2026-11-02T08:15:22", "2026-11-02T10:40:00")
    assert second["received_at"] == "2026-11-02T13:05:10" and second["reply_at"] is None
    assert first["address"] == "120 EAST 19 STREET"  # and not the kind of address


@pytest.fixture
def open311(tmp_path: Path) -> Iterator[str]:
    """A service that gives its requests by the standard: a bare list."""

    class Service(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_known = self.path.startswith("/requests.json?")
            body = (SAMPLES / "open311.json").read_bytes() if is_known else b"<html>Open311</html>"
            self.send_response(200)
            self.send_header("Content-Type", "application/json" if is_known else "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_open311(overlay: Path, installation: Path, open311: str, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = new_source("open311", SAMPLES / "open311.json", overlay, "Open311", is_api=True)
    finish(draft.files[0], path="  path: /requests.json", auth="  auth: none")
    checked = check(draft, monkeypatch, open311)
    given = json.loads((SAMPLES / "open311.json").read_text(encoding="utf-8"))
    assert [ref for ref, _ in checked.landed] == [record["service_request_id"] for record in given]
    assert checked.refused == 0  # a request without a description is a request


@pytest.mark.parametrize(
    ("dates", "form"),
    [
        (["11/02/2026 08:15", "11/13/2026 09:00"], "%m/%d/%Y %H:%M"),
        (["02/11/26", "13/11/26"], "%d/%m/%y"),
        (["11/02/2026", "11/03/2026"], None),
        (["11/13/2026", "13/11/2026"], None),
    ],
)
def test_the_order_of_day_and_month_is_proven_or_left_open(
    dates: list[str], form: str | None, overlay: Path, tmp_path: Path
) -> None:
    rows = "".join(f"{n};{date};Снег\n" for n, date in enumerate(dates))
    (tmp_path / "a.csv").write_text(f"Номер;Дата поступления;Тема\n{rows}", encoding="utf-8")
    draft = new_source("slashed", tmp_path / "a.csv", overlay)
    assert draft.guess.date_forms == ({"received_at": form} if form else {})
    asked = [doubt for doubt in draft.guess.doubts if "впишите record.date_format" in doubt.lower()]
    assert len(asked) == (form is None)
    assert get_source("slashed").record.date_format == draft.guess.date_forms
