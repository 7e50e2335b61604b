"""Make Superset be what this folder says: metadata schema, roles, people, dashboards; then prove that it is.

One process, because every `superset` command costs a quarter of a minute. Safe to run again.
Exit code 1 with the list of problems when a tile's query fails: a deployment never half works silently. An empty tile
is told; it is a problem only where every tile is asked for, as in the demonstration, which has data for all of them.

    python superset/sync.py [--every-tile]
"""

from __future__ import annotations

import argparse
import json
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

from deploy import bundle, people, proof  # noqa: E402


def main() -> int:
    arguments = argparse.ArgumentParser(description="Загрузить роли, пользователей и дашборды в Superset")
    arguments.add_argument("--every-tile", action="store_true", help="пустая плитка - тоже ошибка")
    options = arguments.parse_args()
    logging.basicConfig(level=logging.ERROR)
    with step("запуск Superset"):
        from superset.app import create_app

        app = create_app()
        quieten()
    with app.app_context():
        with step("служебная база"):
            migrate()
        assets = bundle.read()
        with step("роли и права Superset"):
            base_roles()
        with step("дашборды"):
            load(assets)
        with step("роли и пользователи МЦУ"):
            print(f"    пользователей: {access(assets)}")
        problems = proof.missing(assets)
        with step("проверка плиток"):
            tiles = as_admin(proof.run_queries, assets)
            problems += tiles.failed
            print(f"    запросов выполнено: {tiles.ran}")
            if options.every_tile:
                problems += tiles.empty
            else:
                print("".join(f"    пока пусто: {tile}\n" for tile in tiles.empty), end="")
    for problem in problems:
        print(f"ОШИБКА: {problem}", file=sys.stderr)
    return 1 if problems else 0


def migrate() -> None:
    """Bring the metadata database to the version of this Superset; nothing when it is there already."""
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


def base_roles() -> None:
    """What `superset init` does: Superset's own permissions and roles. And the administrator who imports."""
    from superset import appbuilder, db
    from superset import security_manager as sm

    appbuilder.add_permissions(update_perms=True)
    sm.sync_role_definitions()
    if not sm.find_user("admin"):
        admin = sm.user_model(username="admin", email="admin@localhost", active=True, roles=[sm.find_role("Admin")])
        admin.first_name = admin.last_name = ""
        db.session.add(admin)
    db.session.commit()


def load(assets: dict[str, dict[str, Any]]) -> None:
    """Import the bundle and drop what an earlier bundle had and this one has not."""
    from superset.commands.exceptions import CommandInvalidError
    from superset.commands.importers.v1.assets import ImportAssetsCommand

    files = bundle.contents(
        assets, os.environ["MCU_SUPERSET_READER_URL"], os.environ.get("MCU_TIMEZONE", "Europe/Moscow")
    )
    try:
        as_admin(ImportAssetsCommand(files).run)
    except CommandInvalidError as error:
        raise SystemExit(f"ОШИБКА: {error.normalized_messages()}") from error
    drop_orphans(assets)


def drop_orphans(assets: dict[str, dict[str, Any]]) -> None:
    """Delete what is managed from outside but no longer in the files."""
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


def access(assets: dict[str, dict[str, Any]]) -> int:
    """Our roles with the right to read every dataset, and the people of this installation."""
    from superset.connectors.sqla.models import SqlaTable

    from superset import db

    datasets = db.session.query(SqlaTable).filter(SqlaTable.uuid.in_(bundle.uuids(assets, "datasets")))
    people.sync_roles([dataset.perm for dataset in datasets])
    users = json.loads(os.environ.get("MCU_SUPERSET_USERS", "{}"))
    count = people.sync_users(os.environ["MCU_SUPERSET_ADMIN_PASSWORD"], users)
    db.session.commit()
    return count


def as_admin(do: Any, *arguments: Any) -> Any:
    """Call `do` with the administrator's rights."""
    from superset.utils.core import override_user

    from superset import security_manager as sm

    with override_user(sm.find_user("admin")):
        return do(*arguments)


def quieten() -> None:
    """Superset writes hundreds of lines a start, many of them warnings about itself; only errors are news."""
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
    sys.exit(main())
