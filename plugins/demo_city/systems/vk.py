"""Official communities of the five municipalities in ВКонтакте, by the shapes of API 5.199: citizens comment on posts,
answer each other in threads, write to discussions and on the wall; the page answers in its own name.

POST /vk/method/<name>   a form with the method's parameters, v and access_token; answers and errors under status 200
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from email.utils import formatdate
from pathlib import Path
from random import Random
from typing import Any

from fastapi import APIRouter, Request, Response

from demo_city.clock import START, local
from demo_city.item import Item
from demo_city.places import TOWNS
from demo_city.stories import Stories
from demo_city.systems.base import System, Truth, items_of
from demo_city.systems.page_replies import posts_of_page, replies_of

FIRST_GROUP = 990_000_001
"""Higher than any number in use."""
_WORLD = "world.json"
_TOPICS = ("Вопросы по ЖКХ", "Благоустройство и дороги", "Предложения жителей")


def user_id(item: Item) -> int:
    return 99_00_000_000 + item.author.number


class Wall:
    """One community, filled in the order of time."""

    def __init__(self, code: str, number: int) -> None:
        town = TOWNS[code]
        self.group = FIRST_GROUP + number
        self.info: dict[str, Any] = {
            "id": self.group,
            "name": f"{town.name} | Официально",
            "screen_name": f"official_{code}",
            "is_closed": 0,
            "type": "page",
            "members_count": 2_000 + 1_700 * number,
        }
        self.posts: list[dict[str, Any]] = []
        self.comments: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.topics: list[dict[str, Any]] = []
        self.said: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._last = 0

    def _next(self) -> int:
        self._last += 1
        return self._last

    def post(self, at: int, text: str, author: int, rng: Random) -> dict[str, Any]:
        seen = int(40 + self.info["members_count"] * rng.random() * 0.4)
        post = {
            "inner_type": "wall_wallpost", "id": self._next(), "from_id": author, "owner_id": -self.group, "date": at,
            "text": text, "post_type": "post", "attachments": [], "comments": {"count": 0, "can_post": 1},
            "likes": {"can_like": 1, "count": seen // 40, "user_likes": 0}, "views": {"count": seen},
            "reposts": {"count": seen // 200}, "is_favorite": False, "marked_as_ads": 0,
        }  # fmt: skip  # a table
        self.posts.append(post)
        return post

    def comment(
        self, post: dict[str, Any], at: int, text: str, author: int, under: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """A comment of a post; `under` is the comment that it answers."""
        comment: dict[str, Any] = {
            "id": self._next(),
            "from_id": author,
            "owner_id": -self.group,
            "post_id": post["id"],
            "date": at,
            "text": text,
            "likes": {"can_like": 1, "count": 0, "user_likes": 0},
            "parents_stack": [],
        }
        first = under
        if under is not None:
            comment |= {"reply_to_user": under["from_id"], "reply_to_comment": under["id"]}
            if under["parents_stack"]:
                first = next(c for c in self.comments[str(post["id"])] if c["id"] == under["parents_stack"][0])
        if first is None:
            comment["thread"] = {"count": 0, "items": [], "can_post": True, "show_reply_button": True}
            self.comments[str(post["id"])].append(comment)
        else:
            comment["parents_stack"] = [first["id"]]
            first["thread"]["items"].append(comment)
            first["thread"]["count"] += 1
        post["comments"]["count"] += 1
        return comment

    def topic(self, title: str, at: int) -> dict[str, Any]:
        topic = {
            "id": self._next(),
            "title": title,
            "created": at,
            "created_by": -self.group,
            "updated": at,
            "updated_by": -self.group,
            "is_closed": 0,
            "is_fixed": 0,
            "comments": 0,
        }
        self.topics.append(topic)
        return topic

    def say(self, topic: dict[str, Any], at: int, text: str, author: int) -> dict[str, Any]:
        said = {
            "id": self._next(),
            "from_id": author,
            "date": at,
            "text": text,
            "likes": {"can_like": 1, "count": 0, "user_likes": 0},
        }
        self.said[str(topic["id"])].append(said)
        topic["comments"] += 1
        if at >= topic["updated"]:
            topic |= {"updated": at, "updated_by": author}
        return said

    def state(self) -> dict[str, Any]:
        self.posts.sort(key=lambda p: (p["date"], p["id"]), reverse=True)
        for comments in [*self.comments.values(), *self.said.values()]:
            comments.sort(key=lambda c: (c["date"], c["id"]))
            for comment in comments:
                comment.get("thread", {}).get("items", []).sort(key=lambda c: (c["date"], c["id"]))
        self.topics.sort(key=lambda t: (t["updated"], t["id"]), reverse=True)
        return {
            "info": self.info,
            "posts": self.posts,
            "comments": self.comments,
            "topics": self.topics,
            "said": self.said,
        }


class Vk(System):
    slug = "vk"

    def build(self, home: Path, seed: int, records: int, until: int) -> Truth:
        rng = Random(f"vk {seed}")
        walls = {code: Wall(code, number) for number, code in enumerate(TOWNS)}
        days: set[tuple[str, str]] = set()
        own: dict[str, list[dict[str, Any]]] = {}
        for code, wall in walls.items():
            posts = posts_of_page(until, max(3, records // 10), rng)
            own[code] = [wall.post(at, text, -wall.group, rng) for at, text in posts]
            days |= {(code, local(at).date().isoformat()) for at, _ in posts}
            days.add((code, local(until).date().isoformat()))
            for title in _TOPICS:
                wall.topic(title, START)
        facts: Counter[str] = Counter()
        own_items = [*items_of(self.slug, seed, records, "incident"), *Stories(seed).of(self.slug, until)]
        for item in sorted(own_items, key=lambda item: item.received):
            if item.received <= until:
                wall = walls[item.municipality]
                self._write(wall, [p for p in own[item.municipality] if p["date"] <= item.received], item, until, rng)
                facts["items"] += 1
        facts["page_figures"] = len(days)
        world = {"until": until, "walls": {str(w.group): w.state() for w in walls.values()}}
        (home / _WORLD).write_text(json.dumps(world, ensure_ascii=False, sort_keys=True), encoding="utf-8")
        return Truth(facts)

    def _write(self, wall: Wall, posts: list[dict[str, Any]], item: Item, until: int, rng: Random) -> None:
        """The item in one of the places where citizens write, and what the page answered there."""
        place, who, ours = item.index % 10, user_id(item), -wall.group
        replies = replies_of(item, until)
        if place == 8 or (place < 8 and not posts):
            topic = wall.topics[item.index % len(wall.topics)]
            said = wall.say(topic, item.received, item.text, who)
            for at, text in replies:
                name = f"[id{who}:bp-{wall.group}_{said['id']}|{item.author.name}]"
                wall.say(topic, at, f"{name}, {text}", ours)
        elif place == 9:
            post = wall.post(item.received, item.text, who, rng)
            for at, text in replies:
                wall.comment(post, at, text, ours)
        else:
            # Most comment on what is new; some find a post of half a year ago.
            post = posts[-1 - (item.index % 5 if item.index % 7 == 0 else 0) % len(posts)]
            others = [c for c in wall.comments[str(post["id"])] if c["from_id"] != ours and c["date"] <= item.received]
            under = others[-1] if place >= 6 and others else None
            comment = wall.comment(post, item.received, item.text, who, under)
            for at, text in replies:
                wall.comment(post, at, text, ours, comment)

    def routes(self, home: Path, token: str) -> APIRouter:
        router = APIRouter()
        worlds: dict[int, dict[str, Any]] = {}

        def world() -> dict[str, Any]:
            stamp = (home / _WORLD).stat().st_mtime_ns
            if stamp not in worlds:
                worlds.clear()
                worlds[stamp] = json.loads((home / _WORLD).read_text(encoding="utf-8"))
            return worlds[stamp]

        @router.post("/method/{name}")
        async def method(name: str, request: Request) -> Response:
            form = {key: str(value) for key, value in (await request.form()).items()}
            state = world()
            body = answer(state["walls"], name, form, token)
            # Figures are dated by the clock of the city.
            return Response(
                json.dumps(body, ensure_ascii=False),
                media_type="application/json",
                headers={"Date": formatdate(state["until"], usegmt=True)},
            )

        return router

    def connection(self, base_url: str, token: str, inbox: Path) -> str:
        scheme, _, rest = base_url.partition("://")
        return f"{scheme}://:{token}@{rest}/{self.slug}"


def answer(walls: Mapping[str, Any], method: str, form: Mapping[str, str], token: str) -> dict[str, Any]:
    """What the API answers to a call, errors too."""
    if form.get("access_token") != token:
        return _error(5, "User authorization failed: invalid access_token (4).", form)
    if form.get("v") != "5.199":
        return _error(8, "Invalid request: v is required", form)
    if method not in _METHODS:
        return _error(3, "Unknown method passed", form)
    group = form.get("group_id") or form.get("domain", "").removeprefix("club") or form.get("owner_id", "").lstrip("-")
    if group not in walls:
        return _error(100, "One of the parameters specified was missing or invalid", form)
    return {"response": _METHODS[method](walls[group], form)}


def _error(code: int, message: str, form: Mapping[str, str]) -> dict[str, Any]:
    parameters = [{"key": key, "value": value} for key, value in form.items() if key != "access_token"]
    return {"error": {"error_code": code, "error_msg": message, "request_params": parameters}}


def _cut(items: list[Any], form: Mapping[str, str], default: int) -> list[Any]:
    offset = int(form.get("offset", 0))
    return items[offset : offset + min(int(form.get("count", default)), 100)]


def _posts(wall: dict[str, Any], form: Mapping[str, str]) -> dict[str, Any]:
    return {"count": len(wall["posts"]), "items": _cut(wall["posts"], form, 20)}


def _comments(wall: dict[str, Any], form: Mapping[str, str]) -> dict[str, Any]:
    level = wall["comments"].get(form["post_id"], [])
    total = len(level) + sum(c["thread"]["count"] for c in level)
    if under := form.get("comment_id"):
        level = next((c["thread"]["items"] for c in level if c["id"] == int(under)), [])
    if form.get("sort") == "desc":
        level = level[::-1]
    shown = int(form.get("thread_items_count", 0))
    items = [
        c | {"thread": c["thread"] | {"items": c["thread"]["items"][:shown]}} if "thread" in c else c
        for c in _cut(level, form, 10)
    ]
    return {
        "count": total,
        "items": items,
        "current_level_count": len(level),
        "can_post": True,
        "show_reply_button": True,
    }


def _topics(wall: dict[str, Any], form: Mapping[str, str]) -> dict[str, Any]:
    items = _cut(wall["topics"], form, 40)
    return {"count": len(wall["topics"]), "items": items, "default_order": 1, "can_add_topics": 0}


def _said(wall: dict[str, Any], form: Mapping[str, str]) -> dict[str, Any]:
    said = wall["said"].get(form["topic_id"], [])
    if form.get("sort") == "desc":
        said = said[::-1]
    return {"count": len(said), "items": _cut(said, form, 20)}


def _info(wall: dict[str, Any], form: Mapping[str, str]) -> dict[str, Any]:
    return {"groups": [wall["info"]], "profiles": []}


_METHODS = {
    "wall.get": _posts,
    "wall.getComments": _comments,
    "board.getTopics": _topics,
    "board.getComments": _said,
    "groups.getById": _info,
}
SYSTEM = Vk()
