"""The generator: the same city from the same seed, in bounded memory, with uneven shares and no real person."""

from __future__ import annotations

import hashlib
import json
import re
import tracemalloc
from collections import Counter, defaultdict
from functools import cache

import pytest

from demo_city import people, skew, truth
from demo_city.clock import END, START, add_working, at, in_office_hours, local, working_seconds
from demo_city.generate import City, generate
from demo_city.item import Item
from demo_city.payloads import PAYLOADS, updated_at
from demo_city.reference import reference, rows
from mcu.connectors.base import Page
from mcu.landing.intake import Intake
from mcu.sources.registry import get_source

SEED, ITEMS = 59, 6_000


@cache
def small_city() -> list[Item]:
    return list(generate(ITEMS, SEED))


@cache
def payloads() -> list[dict]:
    return [PAYLOADS[item.source](item, END) for item in small_city()]


def digest(items: list[Item]) -> str:
    total = hashlib.sha256()
    for item in items:
        total.update(json.dumps(PAYLOADS[item.source](item, END), default=str, ensure_ascii=False).encode())
    return total.hexdigest()


def test_same_seed_same_bytes_and_another_seed_another_city() -> None:
    first = [item for item, _ in zip(generate(ITEMS, SEED), range(800), strict=False)]
    again = [item for item, _ in zip(generate(ITEMS, SEED), range(800), strict=False)]
    other = [item for item, _ in zip(generate(ITEMS, SEED + 1), range(800), strict=False)]
    assert digest(first) == digest(again)
    assert digest(first) != digest(other)


def test_an_item_depends_on_its_index_alone() -> None:
    city = City(SEED, ITEMS)
    backwards = [city.item(index) for index in range(999, -1, -1)]
    assert digest(backwards[::-1]) == digest(small_city()[:1_000])


def test_streams_in_bounded_memory() -> None:
    stream = generate(1_000_000, SEED)
    for _ in range(6_000):
        next(stream)
    tracemalloc.start()
    for _ in range(8_000):
        next(stream)
    grown = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert grown < 500_000, f"{grown} bytes held after 8,000 items"


def test_sources_share_and_number_without_gaps() -> None:
    numbers: dict[str, list[int]] = defaultdict(list)
    for item in small_city():
        numbers[item.source].append(item.number)
    assert {source: len(found) / ITEMS for source, found in numbers.items()} == {
        "pos": 0.45,
        "incident": 0.40,
        "registry": 0.15,
    }
    for found in numbers.values():
        assert found == list(range(1, len(found) + 1))
    refs = [(item.source, item.ref) for item in small_city() if item.ref]
    assert len(refs) == len(set(refs))


def test_times_are_coherent() -> None:
    for item in small_city():
        moments = [e.at for e in item.events]
        assert moments == sorted(moments), item
        assert START - 4 * 86_400 <= item.received == moments[0] < END
        assert item.received <= updated_at(item, END) <= END


def test_topics_are_as_uneven_as_in_life() -> None:
    assert set(skew.TOPIC_COUNTS) == set(reference().topic_codes)
    assert set(skew.SEASONS) <= set(reference().topic_codes)
    counts = Counter(item.topic for item in small_city()).most_common()
    top_ten = sum(n for _, n in counts[:10]) / ITEMS
    assert 0.35 < top_ten < 0.65  # 44 % in the regional centre the numbers come from
    assert len(counts) > 70


def test_seasons_and_hours() -> None:
    snow, grass = Counter(), Counter()
    for item in small_city():
        month = local(item.received).month
        code = reference().topic_codes[item.topic]
        if code == "roads.snow" and "repeat" not in item.planted:
            snow[month] += 1
        if code == "improvement.greenery" and "repeat" not in item.planted:
            grass[month] += 1
    assert sum(snow[m] for m in (11, 12, 1, 2, 3)) > 0.9 * snow.total() > 0
    assert sum(grass[m] for m in (5, 6, 7, 8, 9)) > 0.8 * grass.total() > 0
    hours = Counter(local(item.received).hour for item in small_city() if item.source != "registry")
    assert sum(hours[h] for h in range(8, 21)) > 5 * sum(hours[h] for h in (0, 1, 2, 3, 4, 5, 6))
    for item in small_city():
        if item.source == "registry":
            moment = local(item.received)
            assert moment.weekday() < 5 and 9 <= moment.hour < 18


def test_most_is_answered_in_time_and_some_is_late() -> None:
    days = [
        (reply - registered) / 86_400
        for item in small_city()
        if item.source == "registry"
        and item.received < END - 90 * 86_400
        and not item.first("extended", END)
        and (reply := item.first("final_reply", END))
        and (registered := item.first("registered", END))
    ]
    late = sum(d > 31 for d in days) / len(days)
    assert 0.02 < late < 0.2


def test_dirt_is_there() -> None:
    texts = [item.text for item in small_city() if item.source != "registry"]
    assert 0.55 < sum("<p>" in t or "<span" in t or "<div>" in t for t in texts) / len(texts) < 0.65
    for dirt in ("<br>", "&nbsp;", "[club", "Сообщение без текста", "`", "Сообщение №: "):
        assert any(dirt in t for t in texts), dirt
    assert max(map(len, texts)) >= 12_000
    assert any(len(t.split()) == 1 for t in texts)
    rows_ = [p for p in payloads() if "importance" in p]
    assert all(p["text"].startswith("'") for p in rows_)
    assert any(p["topic"].startswith("★ ") for p in rows_)


def test_every_ref_is_mapped_but_the_planted_orphans() -> None:
    sources = ("pos", "incident", "registry")

    def known(seed: str, *names: str) -> set[tuple[str, ...]]:
        """A row of `*` is one of each source."""
        return {
            (source, *(r[name] for name in names))
            for r in rows(seed)
            for source in sources
            if r["source_slug"] in (source, "*")
        }

    topics, statuses = known("topic_map", "topic_ref"), known("status_map", "status_ref")
    municipalities = known("municipality_map", "municipality_ref", "municipality_code")
    recipients = known("recipient_map", "municipality_code", "recipient_ref")
    for item, body in zip(small_city(), payloads(), strict=True):
        source = item.source
        if item.fault:
            continue
        assert (source, body["municipality"], item.municipality) in municipalities
        topic = body["questions"][0]["code"] if source == "registry" else body["topic"]
        assert ((source, topic) in topics) == ("orphan_topic" not in item.planted)
        status = body["status"] if source != "incident" else body["result"] or "В работе"
        assert (source, status) in statuses
        names = {body["executor"]} if source == "incident" else {body.get("organization", body.get("recipient"))}
        names |= {step["organization"] for step in body.get("history", ()) if "organization" in step}
        for name in names:
            mapped = (source, item.municipality, name) in recipients
            assert mapped == ("orphan_recipient" not in item.planted), name


def test_renamed_recipient_bears_its_name_of_the_day() -> None:
    found = {
        (item.received >= truth.RENAMED["at"], body["organization"])
        for item, body in zip(small_city(), payloads(), strict=True)
        if item.source == "pos"
        and "renamed_recipient" in item.planted
        and body["status"] == "Закрыто"
        and "orphan_recipient" not in item.planted
    }
    assert found == {(False, truth.RENAMED["old"]), (True, truth.RENAMED["new"])}


def test_surge_stands_out_and_silence_is_silent() -> None:
    surge, quiet, now = truth.SURGE, truth.SILENCE_PAST, truth.SILENCE_NOW
    topic = reference().topic_codes.index(surge["topic_code"])
    same = [
        i
        for i in small_city()
        if i.topic == topic and i.municipality == surge["municipality_code"] and i.problem.district == 2
    ]
    inside = sum(surge["from"] <= i.received < surge["to"] for i in same)
    before = sum(surge["from"] - 14 * 86_400 <= i.received < surge["from"] for i in same)
    assert inside > 5 * max(before, 2)
    assert not [i for i in small_city() if i.source == "pos" and quiet["from"] <= i.received < quiet["to"]]
    assert not [
        i
        for i in small_city()
        if i.source == "registry" and i.municipality == now["municipality_code"] and i.received >= now["from"]
    ]


def test_repeats_are_of_the_same_author_and_problem() -> None:
    by_ref = {(i.source, i.ref): i for i in small_city()}
    repeats = [i for i in small_city() if i.repeat_of]
    assert 0.05 < len(repeats) / ITEMS < 0.12
    for item in repeats:
        earlier = by_ref[item.repeat_of]
        assert (earlier.topic, earlier.municipality, earlier.problem.person) == (
            item.topic,
            item.municipality,
            item.problem.person,
        )
        assert earlier.received < item.received and not earlier.repeat_of
        assert item.author.number == item.problem.person
    crossing = [i for i in repeats if "cross_channel_repeat" in i.planted]
    assert crossing
    for item in crossing:
        assert {item.source, item.repeat_of[0]} == {"pos", "registry"}


def test_every_plant_occurs() -> None:
    found = Counter(plant for item in generate(20_000, SEED) for plant in item.planted)
    assert set(found) == set(truth.PLANTS)
    faults = {(i.source, i.fault) for i in generate(20_000, SEED) if i.fault}
    assert faults == {(s, f) for s, kinds in truth.REJECTS.items() for f, _ in kinds}


def test_a_planted_fault_is_rejected_for_its_reason_and_nothing_else_is() -> None:
    intakes = {source: Intake(get_source(source), local(END)) for source in truth.REJECTS}
    for item in generate(20_000, SEED):
        if not item.fault and item.index >= 1_000:
            continue
        body = PAYLOADS[item.source](item, END)
        rejects = intakes[item.source].take(Page([json.loads(json.dumps(body, default=str))], "страница 1")).rejects
        expected = [dict(truth.REJECTS[item.source])[item.fault]] if item.fault else []
        assert [reject.code for reject in rejects] == expected, (item.source, item.fault)


def test_nobody_real() -> None:
    """Every phone has a code of no operator, every mail is at a reserved domain, every surname is invented."""
    text = json.dumps(payloads(), default=str, ensure_ascii=False)
    phones = re.findall(r"(?:\+7|\b8)[ (]*(\d{3})[) ]*\d{3}[ -]?\d{2}[ -]?\d{2}\b", text)
    assert len(phones) > 1_000 and set(phones) == {"946", "948"}
    assert set(re.findall(r"@([\w.-]+\w)", text)) == {"example.com", "example.org"}
    accounts = re.findall(r"(?:vk\.com/id|ok\.ru/profile/|t\.me/id)(\d+)", text)
    assert accounts and min(map(int, accounts)) >= 9_900_000_000
    surnames = set(re.findall(r"\b([А-ЯЁ][а-яё]+) [А-ЯЁ]\.[А-ЯЁ]\.", text))
    surnames |= set(re.findall(r"[А-ЯЁ]\.[А-ЯЁ]\. ([А-ЯЁ][а-яё]+)", text))
    invented = {f + s for f in people._FIRST for s in people._SECOND} | set(people._CANARY_SURNAMES)
    assert surnames and surnames <= invented | {f"{s}а" for s in invented}


def test_canaries_stand_where_the_truth_says() -> None:
    for item, body in zip(small_city(), payloads(), strict=True):
        text = json.dumps(body, default=str, ensure_ascii=False)
        for canary in item.canaries:
            if canary["field"] == "text":
                assert all(needle in item.text for needle in canary["needles"]), canary
            assert any(needle in text for needle in canary["needles"]), canary
    kinds = {c["kind"] for i in small_city() for c in i.canaries}
    assert kinds == {"author", "phone", "email", "surname_initials", "initials_surname", "full_name", "snils",
                     "passport", "card", "account_link", "flat"}  # fmt: skip  # a table


def test_card_and_snils_have_true_check_digits() -> None:
    assert people._luhn_check("411111111111111") == "1"
    assert people._snils_check("112233445") == "95"


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        (at(2026, 11, 20, 16, 30), 1, at(2026, 11, 23, 9, 30)),  # over a week-end
        (at(2026, 11, 21, 12), 2, at(2026, 11, 23, 11)),
        (at(2026, 11, 19, 22), 0, at(2026, 11, 20, 9)),
        (at(2026, 11, 3, 16), 2, at(2026, 11, 5, 10)),  # over a holiday
    ],
)
def test_working_time(start: int, hours: int, expected: int) -> None:
    assert add_working(start, hours * 3_600) == expected
    assert working_seconds(start, expected) == hours * 3_600


def test_office_moments_never_lie_before() -> None:
    for hour in range(0, 24 * 14):
        start = at(2025, 12, 28) + hour * 3_600 + 59
        assert in_office_hours(start) >= start
