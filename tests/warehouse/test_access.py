"""Rights in PostgreSQL, without any mart: who gets a role, with which limits, and when it ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from abuses import ABUSES
from mcu.warehouse.connect import Role, connect, url
from persons import ALL, PASSWORD, connect_as, give, role_of


@pytest.fixture
def people(warehouse: Path) -> Iterator[None]:
    give({"head": [ALL], "clerk": [("murmansk", "murmansk.roads")]})
    yield
    give({})


def scopes(conn: psycopg.Connection) -> list[tuple]:
    """What the conditions of the views see for this session, whose views belong to the transformer."""
    return conn.execute("select * from bi.probe order by 1, 2").fetchall()


@pytest.fixture
def probe(people: None) -> Iterator[None]:
    with connect("transformer") as conn:
        conn.execute("create view bi.probe as select * from access.scopes")
    yield
    with connect("transformer") as conn:
        conn.execute("drop view bi.probe")


def test_a_person_sees_the_own_scopes_and_nobody_elses(probe: None) -> None:
    with connect_as("head") as head, connect_as("clerk") as clerk, connect("reader") as nobody:
        assert scopes(head) == [("*", None, None)]
        assert scopes(clerk) == [("murmansk", "murmansk.roads", None)]
        assert scopes(nobody) == []
    with connect("transformer") as builder:
        assert scopes(builder) == [("*", None, None)]


@pytest.mark.parametrize(
    "sql",
    [
        "set role mcu_reader", "set session authorization mcu_transformer", "set local role none",
        "set session_authorization = 'mcu_transformer'",
    ],
)  # fmt: skip  # a table
def test_no_statement_changes_who_asks(probe: None, sql: str) -> None:
    with connect_as("clerk") as conn:
        with suppress(psycopg.Error):
            conn.execute(sql.encode())
        assert scopes(conn) == [("murmansk", "murmansk.roads", None)]


@pytest.mark.parametrize("sql", ["table access.rights", "table access.scopes", "select access.set_rights('[]')"])
@pytest.mark.parametrize("who", ["head", "reader"])
def test_rights_are_neither_read_nor_given_by_those_who_read(people: None, who: str, sql: str) -> None:
    asks = connect("reader") if who == "reader" else connect_as(who)
    with asks as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute(sql.encode())


@pytest.mark.parametrize(
    "sql", ["delete from access.rights", "drop table access.rights cascade", "table access.rights"]
)
def test_whoever_gives_rights_does_nothing_else(warehouse: Path, sql: str) -> None:
    with connect("access") as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute(sql.encode())


@pytest.mark.parametrize(
    "sql", ["insert into access.rights values ('a', 'a', 'a', '*')", "drop view access.scopes cascade"]
)
@pytest.mark.parametrize("role", ["loader", "transformer"])
def test_who_loads_or_builds_gives_no_right(warehouse: Path, role: Role, sql: str) -> None:
    with psycopg.connect(url(role)) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute(sql.encode())


@pytest.mark.parametrize("sql", ABUSES.values(), ids=ABUSES)
def test_an_abuse_is_refused_to_a_person(people: None, sql: str) -> None:
    refusals = (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)
    with connect_as("head") as conn, pytest.raises(refusals):
        conn.execute(sql.encode())


def test_a_person_has_the_limits_of_the_reader(people: None) -> None:
    names = ("default_transaction_read_only", "statement_timeout", "lock_timeout", "work_mem", "temp_file_limit")
    with connect_as("head") as head, connect("reader") as reader:
        for name in names:
            query = f"show {name}".encode()
            assert head.execute(query).fetchone() == reader.execute(query).fetchone()
        row = head.execute("select rolconnlimit from pg_roles where rolname = session_user").fetchone()
    assert row == (10,)


def test_a_removed_right_ends_at_once(probe: None) -> None:
    before = role_of("clerk")
    with connect_as("clerk") as clerk, connect_as("head") as head:
        give({"head": [ALL]})
        with pytest.raises(psycopg.OperationalError):
            clerk.execute("select 1")
        assert scopes(head) == [("*", None, None)]
    refuse(before)


def test_changed_scopes_end_the_role_of_before(probe: None) -> None:
    """Else rows of new rights could be stored in Superset's cache as those of old ones."""
    before = role_of("head")
    with connect_as("head") as head:
        give({"head": [("murmansk",)], "clerk": [("murmansk", "murmansk.roads")]})
        with pytest.raises(psycopg.OperationalError):
            head.execute("select 1")
    refuse(before)
    with connect_as("head") as head:
        assert scopes(head) == [("murmansk", None, None)]


def test_who_signs_in_while_rights_change_reads_no_row_of_the_new_ones(probe: None) -> None:
    """After the change has looked for open sessions, and before it is committed."""
    given = [{"login": "head", "role": "r", "verifier": "SCRAM-SHA-256$", "scopes": [{"municipality": "murmansk"}]}]
    with connect("access") as giver:
        giver.execute("select access.set_rights(%s::jsonb)", [json.dumps(given)])
        with connect_as("head") as late:
            assert scopes(late) == [("*", None, None)]
            giver.commit()
            with pytest.raises(psycopg.Error):
                scopes(late)


def test_people_who_see_the_same_have_one_fingerprint(warehouse: Path) -> None:
    x, y, part = ("murmansk",), ("gubkinsky",), ("murmansk", "murmansk.roads")
    found = give({"a": [x, y], "b": [y, x], "c": [x], "d": [part], "e": [ALL]})
    give({})
    assert found["a"] == found["b"]
    assert len(set(found.values())) == 4


def refuse(role: str) -> None:
    with pytest.raises(psycopg.OperationalError, match=r"password authentication failed|does not exist"):
        psycopg.connect(url("reader"), user=role, password=PASSWORD)


def test_the_same_list_again_ends_nothing(people: None) -> None:
    with connect_as("head") as head:
        give({"head": [ALL], "clerk": [("murmansk", "murmansk.roads")]})
        assert head.execute("select 1").fetchone() == (1,)


def test_a_password_is_never_sent_only_its_verifier(warehouse: Path) -> None:
    given = [{"login": "a", "role": "r", "verifier": "plain", "scopes": [{"municipality": "*"}]}]
    with connect("access") as conn, pytest.raises(psycopg.Error, match="verifier"):
        conn.execute("select access.set_rights(%s::jsonb)", [json.dumps(given)])


def test_a_name_says_nothing_of_its_person(people: None) -> None:
    assert role_of("clerk").startswith("mcu_person_") and "clerk" not in role_of("clerk")


def test_sql_of_the_transformer_is_not_run_as_superuser(warehouse: Path) -> None:
    """It owns the reference data that codes are looked up in, and may put views of its own there."""
    given = [{"login": "a", "role": "r", "verifier": "SCRAM-SHA-256$", "scopes": [{"municipality": "murmansk"}]}]
    with connect("admin") as conn:
        conn.execute(
            "alter schema reference rename to reference_as_it_was; create schema reference authorization"
            " mcu_transformer; set local role mcu_transformer; create table reference.seen (who text);"
            "create function reference.note() returns text language plpgsql as $f$ begin"
            " insert into reference.seen values (current_user); return 'murmansk'; end $f$;"
            "create view reference.municipalities as select reference.note() as municipality_code;"
            "create view reference.sector_blocks as select '' as block_code, '' as municipality_code;"
            "create view reference.recipients as select '' as recipient_code, '' as municipality_code; reset role"
        )
        conn.execute("select access.set_rights(%s::jsonb)", [json.dumps(given)])
        assert conn.execute("select distinct who from reference.seen").fetchall() == [("mcu_rights_check",)]
        conn.rollback()


def test_nobody_becomes_the_role_that_looks_codes_up(warehouse: Path) -> None:
    with connect("admin") as conn:
        members = "select count(*) from pg_auth_members where roleid = 'mcu_rights_check'::regrole"
        assert conn.execute(members).fetchone() == (0,)
        owned = "select p.proname::text from pg_proc as p where p.proowner = 'mcu_rights_check'::regrole"
        assert conn.execute(owned).fetchall() == [("unknown_scopes",)]
