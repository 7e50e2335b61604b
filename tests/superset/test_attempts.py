"""How attempts are counted where no real directory can be brought to it: one that goes down between the two questions,
who it is and whether the password is theirs. Superset's own tables are made in SQLite."""

from __future__ import annotations

from pathlib import Path

from superset_server import in_process

SCRIPT = """
import json, logging
logging.disable(logging.CRITICAL)
from superset.app import create_app
app = create_app()
from datetime import timedelta
from flask_appbuilder import Model
from sign_in import directory
from sign_in.faults import Unreachable
from sign_in.settings import Ldap, SignIn
from werkzeug.security import generate_password_hash
with app.app_context():
    import superset.key_value.models
    from guard import stored
    from superset import db, security_manager as sm
    Model.metadata.create_all(db.engine)
    names = {"first_name": "a", "last_name": "b", "active": True, "email": "a@localhost"}
    db.session.add(sm.user_model(username="a", password=generate_password_hash("right"), **names))
    db.session.commit()
    found = {}

    def failures():
        db.session.expire_all()
        return sm.find_user("a").fail_login_count

    def lock_ends():
        sm.find_user("a").changed_on -= timedelta(minutes=15)
        db.session.commit()

    def local(*passwords):
        return [bool(sm.auth_user_db("a", password)) for password in passwords]

    found["local"] = [local("x", "right"), failures(), local(*["x"] * 10, "right"), failures()]
    lock_ends()
    found["one after the lock"] = [local("x", "right"), failures()]
    lock_ends()
    found["right after the lock"] = [local("right"), failures()]

    given = Ldap("ldaps://x", "tls", "dc=x", "cn=x", password="x", filter="(a=b)", login="uid", ca=None)
    app.config["MCU_SIGN_IN"] = SignIn("ldap", ldap=given)
    directory.find = lambda given, typed: directory.Entry("dn", typed)

    def is_down(*_):
        raise Unreachable("")

    directory.has_password = is_down
    for login in ["a", "stranger"] * 12:
        try:
            found["down"] = sm.auth_user_ldap(login, "x")
        except Unreachable:
            pass
    found["after it was down"] = [failures(), stored.read("attempts:stranger")["count"]]

    directory.has_password = lambda *_: False
    for _ in range(9):
        sm.auth_user_ldap("stranger", "x")
    directory.has_password = is_down  # whoever guesses can bring this about
    for _ in range(3):
        try:
            sm.auth_user_ldap("stranger", "x")
        except Unreachable:
            pass
    found["stranger"] = stored.read("attempts:stranger")["count"]
print(json.dumps(found))
"""


def test_attempts_are_counted_but_not_those_of_a_directory_that_is_down(installation: Path, tmp_path: Path) -> None:
    assert in_process(tmp_path, SCRIPT) == {
        "local": [[False, True], 0, [False] * 11, 10],
        "one after the lock": [[False, False], 11],
        "right after the lock": [[True], 0],
        "after it was down": [0, 0],
        "stranger": 9,
    }
