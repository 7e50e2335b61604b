"""The ПОС simulator: paging, the incremental filter, the token, and each way to fail."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from demo_city.clock import END
from demo_city.generate import generate
from demo_city.serve import make_app
from demo_city.systems.pos import PosWriter

TOKEN = "of-this-test"
URL = "/pos/api/v1/messages"


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    (tmp_path / "pos").mkdir()
    writer = PosWriter(tmp_path / "pos", END)
    for item in generate(500, 59):
        if item.source == "pos":
            writer.put(item)
    writer.finish()
    app = make_app(tmp_path, TOKEN)
    return TestClient(app, headers={"Authorization": f"Bearer {TOKEN}"}, raise_server_exceptions=False)


def test_pages_give_everything_once_in_order(client: TestClient) -> None:
    found = []
    for page in range(1, 6):
        answer = client.get(URL, params={"page": page, "size": 45}).json()
        assert (answer["total"], answer["page"], answer["size"]) == (225, page, 45)
        found += answer["items"]
    assert client.get(URL, params={"page": 6, "size": 45}).json()["items"] == []
    assert len({m["id"] for m in found}) == len(found) == 225
    assert [m["updatedAt"] for m in found] == sorted(m["updatedAt"] for m in found)


def test_updated_from_is_inclusive(client: TestClient) -> None:
    everything = client.get(URL, params={"size": 1000}).json()["items"]
    since = everything[100]["updatedAt"]
    answer = client.get(URL, params={"size": 1000, "updatedFrom": since}).json()
    assert answer["total"] == 125 and answer["items"] == everything[100:]
    assert client.get(f"{URL}?size=1000&updatedFrom={since}").json()["total"] == 125  # the plus sign unescaped
    assert client.get(URL, params={"updatedFrom": "вчера"}).status_code == 400


def test_without_token_nothing(client: TestClient) -> None:
    assert client.get(URL, headers={"Authorization": "Bearer other"}).status_code == 401
    assert client.post("/pos/_fault", json={"kind": "500"}, headers={"Authorization": ""}).status_code == 401
    assert client.get("/health", headers={"Authorization": ""}).status_code == 200


def test_faults_come_so_many_times_and_go(client: TestClient) -> None:
    for kind, status in (("500", 500), ("429", 429)):
        client.post("/pos/_fault", json={"kind": kind, "times": 2})
        assert [client.get(URL).status_code for _ in range(3)] == [status, status, 200]
    client.post("/pos/_fault", json={"kind": "timeout", "seconds": 0.4})
    assert client.get(URL).elapsed.total_seconds() > 0.3
    client.post("/pos/_fault", json={"kind": "half_body"})
    with pytest.raises(json.JSONDecodeError):
        client.get(URL).json()
    assert client.get(URL).json()["total"] == 225
    client.post("/pos/_fault", json={"kind": "500", "times": 9})
    client.post("/pos/_fault", json={"kind": "500", "times": 0})
    assert client.get(URL).status_code == 200


def test_repeated_page(client: TestClient) -> None:
    client.post("/pos/_fault", json={"kind": "repeat_page"})
    first, second, third = (client.get(URL, params={"page": p, "size": 10}).json()["items"] for p in (1, 2, 2))
    assert first == second != third


def test_change_during_paging_moves_a_message_to_the_end(client: TestClient) -> None:
    client.post("/pos/_fault", json={"kind": "change_during_paging"})
    first = client.get(URL, params={"page": 1, "size": 100}).json()["items"]
    rest = [m for p in (2, 3) for m in client.get(URL, params={"page": p, "size": 100}).json()["items"]]
    assert rest[-1]["id"] == first[0]["id"] and rest[-1]["updatedAt"] > first[0]["updatedAt"]
    assert len({m["id"] for m in first + rest}) == 224, "one message slipped through between the pages"
