"""Official groups of the five municipalities in Одноклассники: discussions of what the group published, with comments.

POST /ok/fb.do   a signed form: method, application_key, format, sig, access_token and the method's parameters
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from email.utils import formatdate
from pathlib import Path
from random import Random
from typing import Any

from fastapi import APIRouter, Request, Response

from demo_city.clock import local
from demo_city.item import Item
from demo_city.places import TOWNS
from demo_city.systems.base import System, Truth, items_of
from demo_city.systems.page_replies import posts_of_page, replies_of
from mcu.connectors.ok_api import signature

FIRST_GROUP = 99_000_000_000_001
APPLICATION = "CITYAPPLICATIONKEY"
_WORLD = "world.json"


class Ok(System):
    slug = "ok"

    def build(self, home: Path, seed: int, records: int, until: int) -> Truth:
        rng = Random(f"ok {seed}")
        groups: dict[str, dict[str, Any]] = {}
        discussions: dict[str, list[dict[str, Any]]] = {}
        days: set[tuple[str, str]] = set()
        facts: Counter[str] = Counter()
        for number, code in enumerate(TOWNS):
            group = str(FIRST_GROUP + number)
            groups[code] = {
                "uid": group,
                "name": f"{TOWNS[code].name}. Официальная группа",
                "shortname": f"official.{code}",
                "members_count": 900 + 400 * number,
            }
            days.add((code, local(until).date().isoformat()))
            discussions[code] = []
            for at, text in posts_of_page(until, max(3, records // 20), rng):
                days.add((code, local(at).date().isoformat()))
                discussions[code].append(_discussion(group, len(discussions[code]) + 1, at, text, rng))
        comments: dict[str, list[dict[str, Any]]] = {}
        for item in items_of(self.slug, seed, records, "incident"):
            if item.received <= until:
                facts["items"] += 1
                group = groups[item.municipality]["uid"]
                self._write(discussions[item.municipality], comments, group, item, until)
        facts["page_figures"] = len(days)
        for found in comments.values():
            found.sort(key=lambda c: (c["date_ms"], c["id"]))
        every = sorted(
            (d for found in discussions.values() for d in found), key=lambda d: d["last_activity_date_ms"], reverse=True
        )
        world = {"until": until, "groups": list(groups.values()), "discussions": every, "comments": comments}
        (home / _WORLD).write_text(json.dumps(world, ensure_ascii=False), encoding="utf-8")
        return Truth(facts)

    def _write(
        self,
        discussions: list[dict[str, Any]],
        comments: dict[str, list[dict[str, Any]]],
        group: str,
        item: Item,
        until: int,
    ) -> None:
        before = [d for d in discussions if d["creation_date_ms"] <= item.received * 1_000]
        discussion = before[-1] if before else discussions[0]
        here = comments.setdefault(discussion["object_id"], [])
        who = f"{item.author.name} {item.author.surname}"
        comment = _comment(item.received, str(99_00_000_000 + item.author.number), who, item.text, len(here))
        here.append(comment)
        for at, text in replies_of(item, until):
            answer = _comment(at, group, "Официальная группа", text, len(here))
            reply_to = {"reply_to_comment_id": comment["id"], "reply_to_id": comment["author_id"], "reply_to_name": who}
            here.append(answer | reply_to)
        last = max(c["date_ms"] for c in here)
        discussion["last_activity_date_ms"] = max(discussion["last_activity_date_ms"], last)
        discussion["total_comments_count"] = len(here)

    def routes(self, home: Path, token: str) -> APIRouter:
        router = APIRouter()

        @router.post("/fb.do")
        async def call(request: Request) -> Response:
            world = json.loads((home / _WORLD).read_text(encoding="utf-8"))
            form = {key: str(value) for key, value in (await request.form()).items()}
            return Response(
                json.dumps(answer(world, form, token), ensure_ascii=False),
                media_type="application/json",
                headers={"Date": formatdate(world["until"], usegmt=True)},
            )

        return router

    def connection(self, base_url: str, token: str, inbox: Path) -> str:
        """The city's token is the access token and, reversed, the secret of the application."""
        scheme, _, rest = base_url.partition("://")
        return f"{scheme}://{APPLICATION}:{token[::-1]}@{rest}/{self.slug}/?access_token={token}"


def _discussion(group: str, number: int, at: int, text: str, rng: Random) -> dict[str, Any]:
    return {
        "object_id": f"{group[-2:]}{1_000_000 + number}",
        "object_type": "GROUP_TOPIC",
        "title": text.split(". ")[0],
        "message": text,
        "owner_uid": group,
        "creation_date_ms": at * 1_000,
        "last_activity_date_ms": at * 1_000,
        "total_comments_count": 0,
        "like_count": rng.randrange(80),
        "reshare_count": rng.randrange(9),
        "ref_objects": [{"type": "GROUP", "id": group}],
    }


def _comment(at: int, author: str, name: str, text: str, number: int) -> dict[str, Any]:
    return {
        "id": f"MTY{at}:{number}",
        "text": text,
        "date": local(at).strftime("%Y-%m-%d %H:%M:%S"),
        "date_ms": at * 1_000,
        "type": "ACTIVE_MESSAGE",
        "author_id": author,
        "author_name": name,
        "like_count": 0,
        "liked_it": False,
    }


def answer(world: Mapping[str, Any], form: Mapping[str, str], token: str) -> Any:
    """What the API answers to a call, errors too."""
    if form.get("application_key") != APPLICATION:
        return _error(101, "PARAM_API_KEY : Application not exist")
    if form.get("access_token") != token:
        return _error(103, "PARAM_SESSION_KEY : Invalid session key")
    if form.get("sig") != signature({k: v for k, v in form.items() if k != "sig"}, token, token[::-1]):
        return _error(104, "PARAM_SIGNATURE : Invalid signature")
    start, count = int(form.get("anchor", "0")), min(int(form.get("count", 20)), 100)
    match form.get("method"):
        case "group.getInfo":
            return [g for g in world["groups"] if g["uid"] in form["uids"].split(",")]
        case "discussions.getList":
            return _part("discussions", world["discussions"], start, count)
        case "discussions.getComments":
            found = world["comments"].get(form["discussionId"], [])
            return _part("comments", found[::-1] if form.get("direction") == "BACKWARD" else found, start, count)
    return _error(3, "METHOD : Method does not exist")


def _part(name: str, items: list[Any], start: int, count: int) -> dict[str, Any]:
    part = items[start : start + count]
    return ({name: part} if part else {}) | {"anchor": str(start + count), "has_more": start + count < len(items)}


def _error(code: int, message: str) -> dict[str, Any]:
    return {"error_code": code, "error_msg": message, "error_data": None}


SYSTEM = Ok()
