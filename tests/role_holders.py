"""A person of each role of `superset/roles.yml`, as a deployment brings them."""

from __future__ import annotations

import json
from pathlib import Path
from secrets import token_urlsafe

from ground import ROOT

PEOPLE = {
    "glava": "МЦУ: глава,murmansk,,",
    "rukovoditel": "МЦУ: руководитель,*,,",
    "kurator": "МЦУ: куратор,gubkinsky,,",
    "operator": "МЦУ: оператор,novoshakhtinsk,,",
    "glava_bloka": "МЦУ: руководитель отраслевого блока,murmansk,murmansk.zhkh,",
    "otvetstvennyj": "МЦУ: ответственный за отраслевой блок,murmansk,murmansk.roads,",
    "poluchatel": "Ответственный получатель,murmansk,,murmansk.administration",
    "poselenie": "Администрация поселения,lomonosovsky,,lomonosovsky.settlement_1",
    "cur": "ЦУР: наблюдатель,*,,",
    "inzhener": "Инженер данных,*,,",
}
"""Login → the rest of its row in access.csv."""


def role_of(login: str) -> str:
    return PEOPLE[login].partition(",")[0]


def bring(folder: Path, rukovoditel: str) -> tuple[dict[str, str], dict[str, str]]:
    """Login → password, and the settings with which `mcu dashboards sync` brings these people. The list of rights is
    written into `folder`; `rukovoditel` has the password of the installation already."""
    passwords = {login: token_urlsafe(12) for login in PEOPLE} | {"rukovoditel": rukovoditel}
    accounts = {
        login: {"password": password, "first_name": "Проверка", "last_name": login, "keeps_password": "true"}
        for login, password in passwords.items()
        if login != "rukovoditel"
    }
    head, *_ = (ROOT / "superset" / "access.csv").read_text(encoding="utf-8").splitlines()
    access = folder / "access.csv"
    access.write_text("\n".join([head, *(f"{login},{row}" for login, row in PEOPLE.items())]) + "\n", "utf-8")
    return passwords, {"MCU_SUPERSET_USERS": json.dumps(accounts), "MCU_SUPERSET_ACCESS": str(access)}
