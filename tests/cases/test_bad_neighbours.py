"""Kind 9: one bad record, file, letter, post or page never stops its neighbours."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sftp_server
from mcu.secrets import put_secret
from mcu.sources.registry import get_source
from mcu.sources.spec import SourceSpec
from mcu.warehouse.connect import connect, url
from tests.cases.casework import (
    AT,
    COLUMNS,
    HEADER,
    SLUG,
    Landed,
    book,
    case,
    declared,
    delimited,
    json_spec,
    land,
    land_bytes,
    marked,
    quick,
    red,
    run,
    table_spec,
    token,
)  # fmt: skip
from tests.cases.post import MAILBOX, letter, mailbox, plain
from tests.connectors.forms import Reply, serve

CSV = delimited([("1", AT, "Снег", "Не чистят", "Убрали")]).encode()
GOOD = delimited([("9", AT, "Свет", "Темно", "Починили")]).encode()

# ---------------------------------------------------------------- names of files

NAMES = [
    case("Выгрузка.csv".encode("cp1251"), id="cp1251"),
    case("Выгрузка.csv".encode("koi8-r"), id="koi8-r"),
    case("Выгрузка.csv".encode("cp866"), id="cp866"),
    case(b"report-\xff\xfe.csv", id="no-encoding"),
    case("Выгрузка.csv".encode()[:-6] + b".csv", id="half-a-letter"),
    case("отчёт\nза ноябрь.csv".encode(), id="line-end"),
    case(("ы" * 120 + ".csv").encode(), id="long"),
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_a_folder(inbox: Path, name: bytes) -> None:
    Path(os.fsdecode(os.fsencode(inbox) + b"/" + name)).write_bytes(CSV)
    (inbox / "я.csv").write_bytes(GOOD)
    found = run(table_spec())
    assert found.is_right("9", text="Темно") and found.is_right("1", text="Не чистят")
    assert list(inbox.iterdir()) == []


@pytest.fixture(scope="module")
def sftp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """Root of an SFTP server and the address of its folder /inbox."""
    root = tmp_path_factory.mktemp("sftp")
    (root / "inbox").mkdir()
    with sftp_server.serve(root) as (host, fingerprint):
        yield root, sftp_server.address(host, fingerprint)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_on_an_sftp_server(empty_warehouse: Path, sftp: tuple[Path, str], name: bytes) -> None:
    root, address = sftp
    for old in (root / "inbox").iterdir():
        old.unlink()
    put_secret(f"conn_{SLUG}", address)
    Path(os.fsdecode(os.fsencode(root / "inbox") + b"/" + name)).write_bytes(CSV)
    (root / "inbox" / "я.csv").write_bytes(GOOD)
    found = run(table_spec())
    assert found.is_right("9", text="Темно") and found.is_right("1", text="Не чистят")
    assert list((root / "inbox").iterdir()) == []


# ---------------------------------------------------------------- mail


def mail_spec(**connector: Any) -> SourceSpec:
    return table_spec(connector={"type": "imap", "columns": COLUMNS, "timeout_seconds": 5, **connector})


@pytest.mark.parametrize("name", [case(MAILBOX, id="i1"), case("INBOX", id="inbox")])
def test_a_mailbox_by_its_name(inbox: Path, tmp_path: Path, name: str) -> None:
    letter(tmp_path / "letters", 1, ("а.csv", CSV))
    with mailbox(tmp_path / "letters", name=name) as address:
        put_secret(f"conn_{SLUG}", address)
        found = run(mail_spec(mailbox=name))
    assert found.is_right("1", text="Не чистят")


@pytest.mark.parametrize("name", ["Нет такой", "INBOX/Нет & такой", 'Кавычка"', "Ж" * 300])
def test_a_mailbox_that_is_not_there_is_told(inbox: Path, tmp_path: Path, name: str) -> None:
    letter(tmp_path / "letters", 1, ("а.csv", CSV))
    with mailbox(tmp_path / "letters") as address:
        put_secret(f"conn_{SLUG}", address)
        found = run(mail_spec(mailbox=name))
    assert name in found.told and "нет" in found.told


@pytest.mark.parametrize(
    ("user", "password"),
    [
        case("mcu", "пароль", id="password"),
        case("мцу", "word", id="user"),
        case("mcu", 'пр"об\\ел ё', id="password-with-quotes"),
        case("mcu", 'q"u\\o te', id="ascii-with-quotes"),
    ],
)
def test_a_cyrillic_sign_in(inbox: Path, tmp_path: Path, user: str, password: str) -> None:
    letter(tmp_path / "letters", 1, ("а.csv", CSV))
    with mailbox(tmp_path / "letters", password, user=user) as address:
        put_secret(f"conn_{SLUG}", address)
        found = run(mail_spec())
    assert found.is_right("1", text="Не чистят")
    assert unquote(password) not in found.told


ATTACHED = "Content-Transfer-Encoding: 8bit\r\nContent-Disposition: attachment; filename="


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        case(f'Content-Type: text/csv; charset=x-nobody\r\n{ATTACHED}"a.csv"', CSV, id="unknown-charset"),
        case(f'Content-Type: text/csv; charset=unknown-8bit\r\n{ATTACHED}"a.csv"', CSV, id="unknown-8bit"),
        case(f'Content-Type: text/csv; charset==?utf-8?B?0Y8=?=\r\n{ATTACHED}"a.csv"', CSV, id="encoded-charset"),
        case(f'Content-Type: text/csv\r\n{ATTACHED}"=?x-nobody?B?4C5jc3Y=?="', CSV, id="name-in-unknown-charset"),
        case(f'Content-Type: text/csv\r\n{ATTACHED}"\udce0\udce1.csv"', CSV, id="name-in-bare-cp1251"),
        case(f'Content-Type: text/csv\r\n{ATTACHED}"a.csv"'.replace("8bit", "base65"), CSV, id="unknown-transfer"),
        case("Content-Type: text/plain; charset=x-nobody", b"\xff\xfe\xe0", id="no-attachment"),
        case("Content-Type: multipart/mixed; boundary=x", b"--x\r\nbroken", id="no-parts"),
        case("Subject: =?x-nobody?B?AAAA?=\r\nContent-Type: text/plain", b"x", id="odd-subject"),
        case("Date: 99 Foo 99999\r\nContent-Type: text/plain", b"x", id="odd-date"),
    ],
)
def test_an_odd_letter_holds_up_no_other(inbox: Path, tmp_path: Path, headers: str, body: bytes) -> None:
    letter(tmp_path / "letters", 1, raw=plain(1, headers, body))
    letter(tmp_path / "letters", 2, ("б.csv", GOOD))
    with mailbox(tmp_path / "letters") as address:
        put_secret(f"conn_{SLUG}", address)
        run(mail_spec())
        found = run(mail_spec())
    assert found.is_right("9", text="Темно")
    assert "csv" not in headers or found.is_right("1", text="Не чистят") or found.refused


# ---------------------------------------------------------------- values

HALF = '"a": "крыша \\ud83d"'
VALUES = [
    case(HALF, id="half-a-surrogate"),
    case('"a": "\\ude00 крыша"', id="other-half"),
    case('"a": {"\\ud83d": 1}', id="half-in-a-key"),
    case('"a": "\\u0000"', id="nul"),
    case('"a": 1e400', id="1e400"),
    case('"a": NaN', id="nan"),
    case('"a": -Infinity', id="infinity"),
    case('"a": ' + "[" * 3_000 + "]" * 3_000, id="deep"),
    case('"a": "' + "ы" * 2_000_000 + '"', id="long"),
    case('"a": 1' + "0" * 5_000, id="5000-digits"),
    case('"": 1', id="empty-key"),
    case('"id": "8"', id="key-twice"),
]
"""A field of the bad record, as JSON."""


def is_whole_but(found: Landed, *bad: str) -> bool:
    """The neighbours landed, and the bad record is in raw or accounted for."""
    return {"2", "3"} <= set(found.records) and any(ref in found.records or found.is_told(ref) for ref in bad)


def body_of(value: str) -> str:
    return f'[{{"id": "2", "t": "x"}}, {{"id": "1", {value}}}, {{"id": "3", "t": "y"}}]'


WHOLE = "из-за одной записи отвергнут весь файл"
STANDS = "из-за одной записи источник стоит"
HALVES = ("half-a-surrogate", "other-half", "half-in-a-key")
IN_FILE = dict.fromkeys(("other-half", "nan", "infinity"), WHOLE)
IN_API = {"deep": STANDS}
IN_BASE = dict.fromkeys((*HALVES, "deep"), "orjson.JSONDecodeError: " + STANDS)
IN_EXPORT = dict.fromkeys((*HALVES, "1e400", "nan", "infinity", "deep", "5000-digits"), WHOLE)


@pytest.mark.parametrize("value", marked(VALUES, IN_FILE))
def test_in_a_json_file(inbox: Path, tmp_path: Path, value: str) -> None:
    found = land_bytes(json_spec(), tmp_path, body_of(value), "a.json")
    assert is_whole_but(found, "1", "8")
    assert "1e400" not in value or "1" not in found.records


@pytest.mark.parametrize("value", marked(VALUES, IN_API))
def test_in_an_api(empty_warehouse: Path, value: str) -> None:
    spec = json_spec(
        connector={"type": "rest", "connection": SLUG, "path": "/", "auth": "none", "items": "", "total": None}
    )
    with serve(lambda path, query: Reply(body=body_of(value).encode() if query["page"] == "1" else b"[]")) as place:
        put_secret(f"conn_{SLUG}", f"http://{place}")
        found = run(spec)
    assert is_whole_but(found, "1", "8")


@pytest.mark.parametrize("value", marked(VALUES, IN_BASE))
def test_in_a_column_of_a_base(empty_warehouse: Path, value: str) -> None:
    put_secret(f"conn_{SLUG}", url("admin"))
    with connect("admin") as conn:
        conn.execute("create table public.odd (id text, updated_at timestamptz default now(), body json)")
        conn.execute("insert into public.odd (id, body) values ('2', '{}'), ('3', '[]')")
        try:
            with conn.transaction():
                conn.execute("insert into public.odd (id, body) values ('1', %s)", [f"{{{value}}}"])
        except Exception:
            conn.execute("insert into public.odd (id) values ('1')")
    try:
        found = run(json_spec(connector={"type": "sql", "connection": SLUG, "relation": "public.odd"}))
    finally:
        with connect("admin") as conn:
            conn.execute("drop table public.odd")
    assert is_whole_but(found, "1")


@pytest.mark.parametrize("value", marked(VALUES, IN_EXPORT))
def test_in_a_telegram_export(empty_warehouse: Path, tmp_path: Path, value: str) -> None:
    common = '"type": "message", "date_unixtime": "1793603100", "from_id": "user505", "text": "Яма"'
    messages = [f'{{"id": {n}, {common}}}' for n in (2, 3)]
    messages.insert(1, f'{{{common}, {value}, "id": 1}}')
    body = f'{{"id": 1990000001, "type": "public_supergroup", "messages": [{", ".join(messages)}]}}'
    (tmp_path / "result.json").write_text(body)
    found = land(declared("telegram"), tmp_path / "result.json")
    assert {"1990000001_2", "1990000001_3"} <= set(found.records)
    assert "1990000001_1" in found.records or found.rejects


@pytest.mark.parametrize(
    "cell",
    [
        case((3_000_000, "dd.mm.yyyy"), id="day-behind-9999"),
        case((-5, "dd.mm.yyyy"), id="negative-day"),
        case((1e300, "dd.mm.yyyy hh:mm"), id="huge-day"),
        case((float("1e308"), "General"), id="huge-number"),
        case(("x" * 32_000, "@"), id="long-text"),
        case(("a\x0bb".replace("\x0b", "\t"), "@"), id="tab"),
    ],
)
def test_in_a_cell_of_a_book(inbox: Path, tmp_path: Path, cell: Any) -> None:
    rows = [HEADER, ["2", AT, "x", "x", ""], ["1", AT, "x", cell, ""], ["3", AT, "x", "x", ""]]
    found = land(table_spec(), book(tmp_path / "a.xlsx", rows))
    assert is_whole_but(found, "1")


# ---------------------------------------------------------------- ВКонтакте

GROUPS = {990000001: "murmansk", 990000002: "lomonosovsky"}


def vk_spec() -> SourceSpec:
    told = get_source("vk").model_dump()
    told["connector"] |= {"pages": GROUPS, "boards": True, "timeout_seconds": 5}
    return SourceSpec.model_validate(told)


def vk(method_at_fault: str, code: int, *, post: str = "") -> Any:
    """Two communities of two posts with a comment each; the first fails so at a method (of a post, where given)."""

    def answer(path: str, form: dict[str, str]) -> Any:
        method = path.rpartition("/")[2]
        owner = abs(
            int(form.get("owner_id") or form.get("group_id") or form.get("domain", "club0").removeprefix("club"))
        )
        is_it = method == method_at_fault and owner == 990000001 and (not post or form.get("post_id") == post)
        if is_it:
            return {"error": {"error_code": code, "error_msg": "x"}}
        if method == "groups.getById":
            return {"response": {"groups": [{"id": owner, "name": "Город", "members_count": 5}]}}
        if method == "wall.get":
            items = [
                {
                    "id": n,
                    "from_id": 505,
                    "owner_id": -owner,
                    "date": 1793603100 + n,
                    "text": "Яма",
                    "comments": {"count": 1},
                }
                for n in (2, 1)
            ]
        elif method == "wall.getComments":
            items = [{"id": 70 + int(form["post_id"]), "from_id": 606, "date": 1793603200, "text": "И у нас"}]
        elif method == "board.getTopics":
            items = [{"id": 5, "title": "Дороги", "updated": 1793603200}]
        else:
            items = [{"id": 9, "from_id": 707, "date": 1793603200, "text": "Лёд"}]
        return {"response": {"count": len(items), "items": items}}

    return answer


@pytest.mark.parametrize(
    ("method", "code", "post"),
    [
        case("wall.getComments", 15, "2", id="v1-deleted-post"),
        case("wall.getComments", 100, "2", id="post-without-such-a-number"),
        case("wall.getComments", 18, "2", id="author-is-blocked"),
        case("wall.getComments", 30, "2", id="author-is-closed"),
        case("wall.getComments", 212, "2", id="comments-closed"),
        case("groups.getById", 100, "", id="community-without-such-a-number"),
        case("groups.getById", 203, "", id="community-closed"),
        case("wall.get", 15, "", id="wall-hidden"),
        case("wall.get", 18, "", id="community-blocked"),
        case("wall.get", 19, "", id="content-blocked"),
        case("wall.get", 30, "", id="profile-closed"),
        case("wall.get", 203, "", id="access-to-community"),
        case("board.getTopics", 15, "", id="discussions-off"),
        case("board.getTopics", 18, "", id="discussions-of-a-blocked"),
        case("board.getComments", 15, "", id="discussion-deleted"),
    ],
)
def test_what_vk_does_not_give_is_passed_by_and_told(empty_warehouse: Path, method: str, code: int, post: str) -> None:
    with serve(vk(method, code, post=post)) as place:
        put_secret("conn_vk", f"http://:key@{place}")
        found = run(vk_spec())
    second = {f"wall-990000002_{n}" for n in (1, 2)} | {"wall-990000002_2_r72", "topic-990000002_5_c9"}
    assert second <= set(found.records)
    if post:
        assert {"wall-990000001_1", "wall-990000001_2", "wall-990000001_1_r71"} <= set(found.records)
    if code != 212:
        assert "990000001" in found.told and f"{code}" in found.told


def test_a_bad_key_still_ends_the_run(empty_warehouse: Path) -> None:
    """No neighbour can be read with it."""
    with serve(vk("groups.getById", 5)) as place:
        put_secret("conn_vk", f"http://:key@{place}")
        found = run(vk_spec())
    assert "(5)" in found.told and not found.records


@red("половина суррогатной пары отвергает весь файл")
@given(
    st.lists(
        st.sampled_from([p.values[0] for p in VALUES if p.id not in ("nan", "infinity", "deep", "1e400", "long")]),
        min_size=1,
        max_size=4,
    )
)
@quick(12)
def test_good_records_land_among_bad_ones(inbox: Path, tmp_path: Path, bad: list[str]) -> None:
    start = int(token(bad))
    parts = []
    for n, value in enumerate(bad):
        parts += [f'{{"id": "g{start}-{n}"}}', f'{{"id": "b{start}-{n}", {value}}}']
    found = land_bytes(json_spec(), tmp_path, f"[{', '.join(parts)}]", "a.json")
    assert {f"g{start}-{n}" for n in range(len(bad))} <= set(found.records)
