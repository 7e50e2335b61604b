"""Kind 9: one bad record, file, letter, post or page never stops its neighbours."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
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
    quick,
    run,
    table_spec,
    token,
)
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
    case(("ы" * 120 + ".csv").encode(), id="long"),
]
LINE_END = "отчёт\nза ноябрь.csv"
"""No name that people could read: its file stays where it is, with a word to them."""


def check_refused(found: Landed, left: list[Path]) -> None:
    assert found.is_right("9", text="Темно") and "1" not in found.records
    assert "«отчёт за ноябрь.csv» не прочитан: в его имени путь или непечатаемые знаки" in found.messages
    assert [path.name for path in left] == [LINE_END]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_a_folder(inbox: Path, name: bytes) -> None:
    Path(os.fsdecode(os.fsencode(inbox) + b"/" + name)).write_bytes(CSV)
    (inbox / "я.csv").write_bytes(GOOD)
    found = run(table_spec())
    assert found.is_right("9", text="Темно") and found.is_right("1", text="Не чистят")
    assert list(inbox.iterdir()) == []


def test_a_line_end_in_a_name_in_a_folder(inbox: Path) -> None:
    (inbox / LINE_END).write_bytes(CSV)
    (inbox / "я.csv").write_bytes(GOOD)
    check_refused(run(table_spec()), list(inbox.iterdir()))


@pytest.fixture(scope="module")
def sftp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """Root of an SFTP server and the address of its folder /inbox."""
    root = tmp_path_factory.mktemp("sftp")
    (root / "inbox").mkdir()
    with sftp_server.serve(root) as (host, fingerprint):
        yield root, sftp_server.address(host, fingerprint)


def fill(sftp: tuple[Path, str]) -> Path:
    """The server's root; its folder has the good file only."""
    root, address = sftp
    for old in (root / "inbox").iterdir():
        old.unlink()
    put_secret(f"conn_{SLUG}", address)
    (root / "inbox" / "я.csv").write_bytes(GOOD)
    return root


@pytest.mark.parametrize("name", NAMES)
def test_a_name_on_an_sftp_server(empty_warehouse: Path, sftp: tuple[Path, str], name: bytes) -> None:
    root = fill(sftp)
    Path(os.fsdecode(os.fsencode(root / "inbox") + b"/" + name)).write_bytes(CSV)
    found = run(table_spec())
    assert found.is_right("9", text="Темно") and found.is_right("1", text="Не чистят")
    assert list((root / "inbox").iterdir()) == []


def test_a_line_end_in_a_name_on_an_sftp_server(empty_warehouse: Path, sftp: tuple[Path, str]) -> None:
    folder = fill(sftp) / "inbox"
    (folder / LINE_END).write_bytes(CSV)
    check_refused(run(table_spec()), list(folder.iterdir()))


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
def test_a_mailbox_that_is_not_there_is_accounted_for(inbox: Path, tmp_path: Path, name: str) -> None:
    letter(tmp_path / "letters", 1, ("а.csv", CSV))
    with mailbox(tmp_path / "letters") as address:
        put_secret(f"conn_{SLUG}", address)
        found = run(mail_spec(mailbox=name))
    assert name in found.messages and "нет" in found.messages


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
    assert unquote(password) not in found.messages


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

REJECTED = {
    "half-a-surrogate": '"a": "крыша \\ud83d"',
    "other-half": '"a": "\\ude00 крыша"',
    "half-in-a-key": '"a": {"\\ud83d": 1}',
    "1e400": '"a": 1e400',
    "exponent-of-20-digits": '"a": 1e99999999999999999999',
    "nan": '"a": NaN',
    "infinity": '"a": [-Infinity]',
    "deep": '"a": ' + "[" * 3_000 + "]" * 3_000,
    "deep-objects": '"a": ' + '{"b": ' * 3_000 + "1" + "}" * 3_000,
    "5000-digits": '"a": 1' + "0" * 5_000,
    "30000-digits": '"a": -1' + "0" * 30_000,
}
"""Fields, as JSON, that the database or JSON itself does not know: only their record is rejected."""
LANDING = {
    "nul": '"a": "\\u0000"',
    "long": '"a": "' + "ы" * 2_000_000 + '"',
    "empty-key": '"": 1',
    "pair": '"a": "крыша \\ud83d\\ude00 \\\\ud83d"',
    "brackets": '"a": "]}{[\\"]}"',
    "as-deep-as-is-usual": '"a": ' + "[" * 30 + "]" * 30,
}
VALUES = REJECTED | LANDING


def records(start: str = "", values: Mapping[str, str] = VALUES) -> list[str]:
    """A record with each value, as JSON, between good ones."""
    return [
        f'{{"id": "{start}{kind}-{name}", {v if kind == "bad" else PLAIN}}}'
        for name, v in values.items()
        for kind in KINDS
    ]


KINDS, PLAIN = ("before", "bad", "behind"), '"a": "снег"'


def check(found: Landed, start: str = "", values: Mapping[str, str] = VALUES) -> None:
    """The good records landed, and each bad one is rejected by its number."""
    good = {f"{start}{kind}-{name}" for name in values for kind in ("before", "behind")}
    good |= {f"{start}bad-{name}" for name in values if name in LANDING}
    assert not found.refused
    assert {ref for ref in found.records if ref.startswith(start)} == good
    rejects = {reject.record_ref for reject in found.rejects if reject.reason}
    assert {ref for ref in rejects if ref and ref.startswith(start)} == {
        f"{start}bad-{name}" for name in values if name in REJECTED
    }


def test_in_a_json_file(inbox: Path, tmp_path: Path) -> None:
    found = land_bytes(json_spec(), tmp_path, f"[{', '.join(records())}]", "a.json")
    check(found)
    assert found.records["bad-pair"]["a"] == "крыша 😀 \\ud83d"


def test_in_an_api(empty_warehouse: Path) -> None:
    spec = json_spec(
        connector={"type": "rest", "connection": SLUG, "path": "/", "auth": "none", "items": "", "total": None}
    )
    body = f"[{', '.join(records())}]".encode()
    with serve(lambda path, query: Reply(body=body if query["page"] == "1" else b"[]")) as place:
        put_secret(f"conn_{SLUG}", f"http://{place}")
        check(run(spec))


def test_in_a_column_of_a_base(empty_warehouse: Path) -> None:
    values = {name: value for name, value in VALUES.items() if name not in ("nan", "infinity")}  # a base takes none
    put_secret(f"conn_{SLUG}", url("admin"))
    with connect("admin") as conn:
        conn.execute("create table public.odd (id text, updated_at timestamptz default now(), body json)")
        for record in records(values=values):
            number = record.partition('"id": "')[2].partition('"')[0]
            conn.execute("insert into public.odd (id, body) values (%s, %s)", [number, record])
    try:
        check(run(json_spec(connector={"type": "sql", "connection": SLUG, "relation": "public.odd"})), values=values)
    finally:
        with connect("admin") as conn:
            conn.execute("drop table public.odd")


def test_in_a_telegram_export(empty_warehouse: Path, tmp_path: Path) -> None:
    common = '"type": "message", "date_unixtime": "1793603100", "from_id": "user505", "text": "Яма"'
    messages = [f'{{{common}, {value}, "id": {n}}}' for n, value in enumerate(VALUES.values(), 1)]
    messages += [f'{{{common}, "id": {n}}}' for n in range(100, 103)]
    body = f'{{"id": 1990000001, "type": "public_supergroup", "messages": [{", ".join(messages)}]}}'
    (tmp_path / "result.json").write_text(body)
    found = land(declared("telegram"), tmp_path / "result.json")
    numbers = {name: f"1990000001_{n}" for n, name in enumerate(VALUES, 1)}
    assert set(found.records) == {numbers[name] for name in LANDING} | {f"1990000001_{n}" for n in range(100, 103)}
    assert {reject.record_ref for reject in found.rejects} == {numbers[name] for name in REJECTED}


def test_what_lands_has_the_last_of_two_equal_keys(inbox: Path, tmp_path: Path) -> None:
    found = land_bytes(json_spec(), tmp_path, '[{"id": "1", "id": "8"}, {"id": "2"}]', "a.json")
    assert set(found.records) == {"8", "2"}


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
    assert {"2", "3"} <= set(found.records) and ("1" in found.records or found.is_accounted_for("1"))


# ---------------------------------------------------------------- ВКонтакте

GROUPS = {990000001: "murmansk", 990000002: "lomonosovsky"}


def vk_spec() -> SourceSpec:
    spec = get_source("vk").model_dump()
    spec["connector"] |= {"pages": GROUPS, "boards": True, "timeout_seconds": 5}
    return SourceSpec.model_validate(spec)


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
def test_what_vk_does_not_give_is_passed_by_and_reported(
    empty_warehouse: Path, method: str, code: int, post: str
) -> None:
    with serve(vk(method, code, post=post)) as place:
        put_secret("conn_vk", f"http://:key@{place}")
        found = run(vk_spec())
    second = {f"wall-990000002_{n}" for n in (1, 2)} | {"wall-990000002_2_r72", "topic-990000002_5_c9"}
    assert second <= set(found.records)
    if post:
        assert {"wall-990000001_1", "wall-990000001_2", "wall-990000001_1_r71"} <= set(found.records)
    if code != 212:
        assert "990000001" in found.messages and f"{code}" in found.messages


def test_a_bad_key_still_ends_the_run(empty_warehouse: Path) -> None:
    """No neighbour can be read with it."""
    with serve(vk("groups.getById", 5)) as place:
        put_secret("conn_vk", f"http://:key@{place}")
        found = run(vk_spec())
    assert "(5)" in found.messages and not found.records


@given(st.lists(st.sampled_from([name for name in VALUES if name != "long"]), min_size=1, max_size=4, unique=True))
@quick(6)
def test_good_records_land_among_bad_ones(inbox: Path, tmp_path: Path, drawn: list[str]) -> None:
    start, values = f"{token(drawn)}-", {name: VALUES[name] for name in drawn}
    check(land_bytes(json_spec(), tmp_path, f"[{', '.join(records(start, values))}]", "a.json"), start, values)
