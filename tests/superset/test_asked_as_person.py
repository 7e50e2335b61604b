"""`access.csv` and the list of people: what does not fit together is refused, in Russian, before anything changes."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import psycopg
import pytest

from ground import skip_unless_ci

HEADER = "login,role,municipality_code,block_code,recipient_code\n"


def read(tmp_path: Path, rows: str, people: set[str]) -> list:
    from deploy import access
    from deploy.people import SEES

    path = tmp_path / "access.csv"
    path.write_text(HEADER + rows, encoding="utf-8")
    return access.read(path, people, SEES)


def test_rows_become_people_and_the_machine_sees_all(tmp_path: Path) -> None:
    from deploy.access import Scope

    rows = (
        "head,МЦУ: глава,murmansk,,\nhead,МЦУ: глава,gubkinsky,,\n"
        "roads,Ответственный получатель,murmansk,,murmansk.roads\n"
    )
    admin, head, roads = read(tmp_path, rows, {"head", "roads"})
    assert (admin.login, admin.scopes) == ("admin", (Scope("*"),))
    assert (head.role, head.scopes) == ("МЦУ: глава", (Scope("gubkinsky"), Scope("murmansk")))
    assert roads.scopes == (Scope("murmansk", None, "murmansk.roads"),)


FAULTS = {
    "a person without a row": ("a,МЦУ: глава,*,,", {"a", "b"}, "нет строки, что можно видеть: b"),
    "a row without a person": ("a,МЦУ: глава,*,,\nc,МЦУ: глава,*,,", {"a"}, "есть строка, но нет учётной записи: c"),
    "an unknown role": ("a,Султан,*,,", {"a"}, "роли «Султан» нет"),
    "two roles": ("a,МЦУ: глава,*,,\na,МЦУ: оператор,*,,", {"a"}, "несколько ролей: МЦУ: глава, МЦУ: оператор"),
    "no municipality": ("a,МЦУ: глава,,,", {"a"}, "не указан муниципалитет"),
    "a block that the role does not see": ("a,МЦУ: глава,murmansk,murmansk.zhkh,", {"a"}, "не ограничивается"),
    "a role of a block without one": (
        "a,МЦУ: ответственный за отраслевой блок,murmansk,,", {"a"}, "нужно поле block_code",
    ),
    "a recipient of any municipality": ("a,Ответственный получатель,*,,murmansk.roads", {"a"}, "его муниципалитета"),
    "the machine's account": ("admin,МЦУ: глава,*,,", set(), "admin принадлежит самой установке"),
    "the machine's account in capitals": ("Admin,МЦУ: глава,*,,", {"Admin"}, "admin принадлежит самой установке"),
    "two logins that are one": (
        "Ivanov,МЦУ: глава,*,,\nivanov,МЦУ: оператор,murmansk,,", {"Ivanov", "ivanov"},
        "различаются только прописными и строчными буквами: Ivanov, ivanov",
    ),
    "no login": (",МЦУ: глава,*,,", set(), "нет имени"),
}  # fmt: skip  # a table


@pytest.mark.parametrize(("rows", "people", "message"), FAULTS.values(), ids=FAULTS)
def test_what_does_not_fit_is_refused(tmp_path: Path, rows: str, people: set[str], message: str) -> None:
    from deploy.access import AccessRefused

    with pytest.raises(AccessRefused, match=r"access\.csv: .*" + message):
        read(tmp_path, rows + "\n", people)


def test_a_file_without_its_columns_is_refused(tmp_path: Path) -> None:
    from deploy.access import AccessRefused, read
    from deploy.people import SEES

    for text in ("login,role\n", "", "\0"):
        (tmp_path / "access.csv").write_text(text, encoding="utf-8")
        with pytest.raises(AccessRefused):
            read(tmp_path / "access.csv", set(), SEES)
    with pytest.raises(AccessRefused, match="не читается"):
        read(tmp_path / "absent.csv", set(), SEES)


def test_codes_that_the_reference_data_does_not_know_are_refused(tmp_path: Path, warehouse: Path) -> None:
    """Asked by the warehouse, in one transaction with the change: nothing is changed then."""
    from mcu.warehouse.connect import connect

    def give(conn: psycopg.Connection, **scope: str) -> None:
        given = [{"login": "a", "role": "r", "verifier": "SCRAM-SHA-256$", "scopes": [scope]}]
        with conn.transaction():
            conn.execute("select access.set_rights(%s::jsonb)", [json.dumps(given)])

    with connect("admin") as conn:
        conn.execute(
            "set local role mcu_transformer;"
            "create table if not exists reference.municipalities (municipality_code text);"
            "create table if not exists reference.sector_blocks (block_code text, municipality_code text);"
            "create table if not exists reference.recipients (recipient_code text, municipality_code text);"
            "reset role"
        )
        with pytest.raises(psycopg.Error, match="в справочниках нет таких кодов: a: atlantis"):
            give(conn, municipality="atlantis")
        with pytest.raises(psycopg.Error, match=r"нет таких кодов: a: atlantis atlantis\.zhkh"):
            give(conn, municipality="atlantis", block="atlantis.zhkh")
        assert conn.execute("select count(*) from access.rights where login = 'a'").fetchone() == (0,)
        conn.rollback()


def test_the_role_and_the_password_of_a_person_are_those_of_the_warehouse(warehouse: Path) -> None:
    from guard.person import password, role_name
    from persons import ALL, give, role_of

    for login, fingerprint in give({"rukovoditel": [ALL], "Иванова М.": [ALL], "a@b.ru": [("murmansk",)]}).items():
        assert role_name(login, fingerprint) == role_of(login)
    give({})
    assert password("a", "key") != password("b", "key") != password("b", "other key")


def test_the_deployment_gives_each_person_a_login(tmp_path: Path, warehouse: Path) -> None:
    """By the program that `sync.py` runs, in Superset's own environment."""
    from guard.person import password, role_name
    from mcu.runtime import services
    from mcu.warehouse.connect import url
    from persons import give

    if not Path(services.superset_python()).exists():
        skip_unless_ci("нет окружения Superset: make install")
    path = tmp_path / "access.csv"
    path.write_text(HEADER + "ivanova,МЦУ: оператор,*,,\n", encoding="utf-8")
    code = (
        "import sys; from pathlib import Path;"
        "from deploy import access, warehouse_rights; from deploy.people import SEES;"
        "people = access.read(Path(sys.argv[1]), ['ivanova'], SEES);"
        "print(warehouse_rights.give(people, sys.argv[2], 'the key of this test')['ivanova'])"
    )
    command = [services.superset_python(), "-c", code, str(path), url("access", "psycopg2")]
    done = subprocess.run(command, env=services.superset_env(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    role, secret = role_name("ivanova", done.stdout.strip()), password("ivanova", "the key of this test")
    with psycopg.connect(url("reader"), user=role, password=secret) as conn:
        assert conn.execute("select session_user::text").fetchone() == (role,)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url("reader"), user=role, password=password("ivanova", "another key"))
    give({})
