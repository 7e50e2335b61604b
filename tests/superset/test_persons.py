"""Superset itself, without a server: it asks the database as the person who is signed in, and its cache has a key for
each set of rights. Its own tables are made in SQLite, not by its migrations, which take a minute."""

from __future__ import annotations

from pathlib import Path

from superset_server import in_process

SCRIPT = """
import json, logging, os, sys
logging.disable(logging.CRITICAL)
from superset.app import create_app
app = create_app()
with app.app_context():
    import sync
    from deploy import access, people, warehouse_rights
    from guard import person, stored
    from sqlalchemy.exc import OperationalError
    from superset import db, security_manager as sm
    from superset.models.core import Database
    from superset.utils.core import override_user
    from flask_appbuilder import Model
    import superset.key_value.models
    Model.metadata.create_all(db.engine)
    for role in ("Admin", "r"):
        sm.add_role(role)
    names = {"first_name": "a", "last_name": "b", "password": "p" * 12}
    scopes = {"one": "*", "same": "*", "other": "murmansk"}
    persons = [access.Person(login, "r", (access.Scope(code),)) for login, code in scopes.items()]
    sync.give_rights(persons)
    sync.sync_people(persons, {login: names for login in scopes})
    warehouse = Database(database_name="w", sqlalchemy_uri=os.environ["MCU_SUPERSET_READER_URL"])
    warehouse.set_sqlalchemy_uri(os.environ["MCU_SUPERSET_READER_URL"])

    class Dataset:
        is_rls_supported = False
        database = warehouse

    def asked(login):
        # the role that asks, what the warehouse knows it as, and the keys of the cache
        with override_user(sm.find_user(login)), warehouse.get_sqla_engine() as engine:
            try:
                known = engine.execute("select session_user").scalar()
            except OperationalError:
                known = None
            return [engine.url.username, known, sm.get_rls_cache_key(Dataset())]

    found = {login: asked(login) for login in scopes}
    with warehouse.get_sqla_engine() as engine:
        found[""] = [engine.url.username]
    changed = [persons[0], persons[1], access.Person("other", "r", (access.Scope("*"),))]
    given = warehouse_rights.give(changed, os.environ["MCU_SUPERSET_ACCESS_URL"], os.environ["MCU_SUPERSET_SECRET_KEY"])
    found["meanwhile"] = asked("other")
    stored.write("rights", given)
    found["same request"] = asked("other")
    person.note_rights(given)
    found["next request"] = asked("other")
    sync.give_rights(persons[:1])
    found["removed"] = asked("same")
    sync.sync_people(persons[:1], {"one": names})
    found["active"] = [user.username for user in sm.get_all_users() if user.active]
print(json.dumps(found))
"""


def test_superset_asks_as_the_person_and_keeps_rows_by_rights(tmp_path: Path, warehouse: Path) -> None:
    found = in_process(tmp_path, SCRIPT)
    roles = [found[login][0] for login in ("one", "same", "other")]
    assert [found[login][1] for login in ("one", "same", "other")] == roles
    assert len(set(roles)) == 3 and found[""] == ["mcu_reader"]
    assert found["one"][2] == found["same"][2] != found["other"][2]
    # whoever's rights change gets no row until Superset knows, and the key of the cache is of the moment of the login
    for moment in ("meanwhile", "same request"):
        assert found[moment] == [found["other"][0], None, found["other"][2]]
    assert found["next request"][0] == found["next request"][1] != found["other"][0]
    assert found["next request"][2] == found["one"][2]
    assert found["removed"][1] is None
    assert found["removed"][2] not in [found[login][2] for login in ("one", "other")]
    assert found["active"] == ["one"]
