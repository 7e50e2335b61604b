"""Bring Superset to the state of this folder: metadata schema, roles, people, dashboards; then check the result.

Everything runs in one process: each `superset` command takes a quarter of a minute to start. Safe to rerun.
If the query of a tile fails, the exit code is 1 and the problems are printed: no deployment half works in silence. An
empty tile, or one whose relation is not built, is only reported; with --every-tile it is a problem too (the
demonstration has data for every tile). With --people only rights and people are synced, which is quick; with --check
nothing is done but to say whether access.csv and the list of people fit together.

    python superset/sync.py [--every-tile | --people | --check] [--wait]
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
os.environ.setdefault("SUPERSET_CONFIG_PATH", str(HERE / "superset_config.py"))
sys.path.insert(0, str(HERE))

from deploy import access, bundle, people, proof, warehouse_rights  # noqa: E402  # found only by the path above
from deploy.descriptions import read_descriptions  # noqa: E402
from guard import person  # noqa: E402
from sign_in import settings as sign_in  # noqa: E402

UNBUILT = "    витрины ещё нет: "
"""How the line of a tile begins whose relation a killed build has left out; `mcu up` shows such lines and goes on."""


def main() -> int:
    arguments = argparse.ArgumentParser(description="Загрузить роли, пользователей и дашборды в Superset")
    only = arguments.add_mutually_exclusive_group()
    only.add_argument("--every-tile", action="store_true", help="пустая плитка - тоже ошибка")
    only.add_argument("--people", action="store_true", help="только права и пользователи")
    only.add_argument("--check", action="store_true", help="только проверить файл прав")
    arguments.add_argument("--wait", action="store_true", help="перед дашбордами ждать строки на стандартном вводе")
    options = arguments.parse_args()
    logging.basicConfig(level=logging.ERROR)
    way = sign_in.read(os.environ)
    accounts = read_accounts()
    persons = read_persons(accounts, is_local=way.is_local)
    if options.check:
        return 0
    with step("запуск Superset"):
        from superset.app import create_app

        app = create_app()
        quieten()
    with app.app_context():
        with step("служебная база"):
            migrate()
        with step("права в складе"):
            give_rights(persons)
        if options.people:
            with step("пользователи МЦУ"):
                print(f"    пользователей: {sync_people(persons, accounts)}")
            return 0
        problems = deploy(persons, accounts, every_tile=options.every_tile, wait=options.wait)
    for problem in problems:
        print(f"ОШИБКА: {problem}", file=sys.stderr)
    return 1 if problems else 0


def deploy(
    persons: list[access.Person], accounts: dict[str, dict[str, str]], *, every_tile: bool, wait: bool
) -> list[str]:
    """Bring roles, people and dashboards to what the files say. Returns the problems found."""
    assets = bundle.read()
    with step("роли и права Superset"):
        base_roles()
    if wait and not sys.stdin.readline():
        return ["ожидание прервано"]  # whoever had to say that the marts are there has ended
    with step("дашборды"):
        import_assets(assets)
    with step("роли и пользователи МЦУ"):
        sync_roles(assets)
        print(f"    пользователей: {sync_people(persons, accounts)}")
    problems = proof.missing(assets)
    with step("проверка плиток"):
        tiles = as_admin(proof.run_queries, assets)
        problems += tiles.failed
        print(f"    запросов выполнено: {tiles.ran}")
        if every_tile:
            problems += tiles.empty + tiles.unbuilt
        else:
            print("".join(f"    пока пусто: {tile}\n" for tile in tiles.empty), end="")
        print("".join(f"{UNBUILT}{tile}\n" for tile in tiles.unbuilt), end="")
    return problems


def migrate() -> None:
    """Upgrade the metadata database to the version of this Superset, if it is older."""
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from flask_migrate import upgrade

    import superset
    from superset import db

    folder = Path(superset.__file__).parent / "migrations"
    with db.engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current != ScriptDirectory(str(folder)).get_current_head():
        upgrade(directory=str(folder))


def give_rights(persons: list[access.Person]) -> None:
    """Roles of the warehouse, and at once their names for Superset: until both agree, whoever's rights have changed
    gets no row. Who is no longer listed is signed out. Before all that takes its time."""
    from superset import db

    secret_key, url = os.environ["MCU_SUPERSET_SECRET_KEY"], os.environ["MCU_SUPERSET_ACCESS_URL"]
    person.note_rights(warehouse_rights.give(persons, url, secret_key))
    people.deactivate_others(persons)
    db.session.commit()


def base_roles() -> None:
    """Create Superset's own permissions and roles, as `superset init` does, and the administrator, who imports."""
    from superset import appbuilder, db
    from superset import security_manager as sm

    appbuilder.add_permissions(update_perms=True)
    sm.sync_role_definitions()
    if not sm.find_user("admin"):
        admin = sm.user_model(username="admin", email="admin@localhost", active=True, roles=[sm.find_role("Admin")])
        admin.first_name = admin.last_name = ""
        db.session.add(admin)
    db.session.commit()


def import_assets(assets: dict[str, dict[str, Any]]) -> None:
    """Import the bundle and delete what only an earlier bundle had."""
    from superset.commands.exceptions import CommandInvalidError
    from superset.commands.importers.v1.assets import ImportAssetsCommand

    reader_url = os.environ["MCU_SUPERSET_READER_URL"]
    timezone = os.environ.get("MCU_TIMEZONE", "Europe/Moscow")
    files = bundle.contents(assets, reader_url, timezone, read_descriptions(reader_url))
    try:
        as_admin(ImportAssetsCommand(files).run)
    except CommandInvalidError as error:
        raise SystemExit(f"ОШИБКА: {error.normalized_messages()}") from error
    drop_orphans(assets)


def drop_orphans(assets: dict[str, dict[str, Any]]) -> None:
    """Delete externally managed assets that are no longer in the files."""
    from superset.connectors.sqla.models import SqlaTable
    from superset.models.dashboard import Dashboard
    from superset.models.slice import Slice

    from superset import db

    for kind, model in {"dashboards": Dashboard, "charts": Slice, "datasets": SqlaTable}.items():
        for old in db.session.query(model).filter(
            model.is_managed_externally, model.uuid.notin_(bundle.uuids(assets, kind))
        ):
            db.session.delete(old)
    db.session.commit()


def read_accounts() -> dict[str, dict[str, str]]:
    """The accounts with a password: those of this installation, and the machine's own. Raises AccountsRefused."""
    admin = {"password": os.environ["MCU_SUPERSET_ADMIN_PASSWORD"], "keeps_password": "true"}
    admin |= {"first_name": "Администратор", "last_name": "МЦУ"}
    return {access.ADMIN: admin, **people.read_accounts(os.environ.get(people.ACCOUNTS, ""))}


def read_persons(accounts: dict[str, dict[str, str]], *, is_local: bool = True) -> list[access.Person]:
    """Who may see what."""
    ours = HERE / "access.csv"
    path = Path(os.environ.get("MCU_SUPERSET_ACCESS") or ours)
    if not is_local and path.resolve() == ours:
        raise access.AccessRefused(
            "MCU_SUPERSET_ACCESS: для входа через каталог нужен свой файл: имена в access.csv установки никому из"
            " каталога не принадлежат"
        )
    return access.read(path, accounts.keys() - {access.ADMIN} if is_local else None, people.SEES)


def sync_roles(assets: dict[str, dict[str, Any]]) -> None:
    """Sync our roles, which may read every dataset."""
    from superset.connectors.sqla.models import SqlaTable

    from superset import db

    datasets = db.session.query(SqlaTable).filter(SqlaTable.uuid.in_(bundle.uuids(assets, "datasets")))
    people.sync_roles([dataset.perm for dataset in datasets])
    db.session.commit()


def sync_people(persons: list[access.Person], accounts: dict[str, dict[str, str]]) -> int:
    """Sync the people of this installation. Returns their number."""
    from superset import db

    count = people.sync_users(persons, accounts)
    db.session.commit()
    return count


def as_admin(do: Any, *arguments: Any) -> Any:
    """Call `do` with the rights of the administrator."""
    from superset.utils.core import override_user

    from superset import security_manager as sm

    with override_user(sm.find_user("admin")):
        return do(*arguments)


def quieten() -> None:
    """Show errors only: Superset logs hundreds of lines at start, many of them warnings about itself."""
    warnings.simplefilter("ignore")
    logging.getLogger().setLevel(logging.ERROR)
    for name in ("superset", "flask_appbuilder", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)


@contextmanager
def step(title: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    print(f"  {title}: {time.monotonic() - started:.1f} с", flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (sign_in.SignInRefused, access.AccessRefused, people.AccountsRefused, people.UnknownRight) as refused:
        sys.exit(f"ОШИБКА: {refused}")
