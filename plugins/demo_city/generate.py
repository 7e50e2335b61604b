"""The generator: `City(seed, items).item(index)` is a pure function, so a city of any size streams in constant memory.

Index order is time order. Of each block of twenty items, nine are from ПОС, eight from «Инцидент Менеджмент» and three
from the registry, in a random order. So numbers within a source have no gaps, and nothing has to be counted.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from random import Random

from demo_city import texts, truth
from demo_city.circles import plant_circle
from demo_city.clock import DAY, END, HOUR, Rhythm, in_office_hours, local
from demo_city.item import Item, Problem
from demo_city.lives import LIVES
from demo_city.open_stories import plant_open_story
from demo_city.people import NETWORKS, canary, canary_phrase, ordinary_phrase, person
from demo_city.places import STREETS, TOWNS
from demo_city.reference import Reference, reference
from demo_city.skew import MUNICIPALITY_SHARES, recipient_key, topic_tables

_BLOCK = ("pos",) * 9 + ("incident",) * 8 + ("registry",) * 3
_PER_BLOCK = {"pos": 9, "incident": 8, "registry": 3}
SOURCE_SHARES = {source: count / len(_BLOCK) for source, count in _PER_BLOCK.items()}
_DELIVERIES = ("ЕПГУ", "ЕПГУ", "ЕПГУ", "письменно", "письменно", "личный приём", "телефонограмма")


class City:
    """A city of `items` items made from `seed`."""

    def __init__(self, seed: int, items: int) -> None:
        self.seed = seed
        self.items = items
        self.ref: Reference = reference()
        surge = truth.SURGE
        self._rhythm = Rhythm((surge["from"], surge["to"]), surge["strength"])
        self._tables = topic_tables(self.ref)
        self._municipalities = list(MUNICIPALITY_SHARES)
        self._municipality_upto = list(accumulate(MUNICIPALITY_SHARES.values()))
        self._surge_topic = self.ref.topic_codes.index(str(surge["topic_code"]))
        self._surge_district = TOWNS[str(surge["municipality_code"])].districts.index(str(surge["district"]))
        self._pool = max(int(items * 0.12), 40)
        self._active = max(int(items * 0.004), 5)
        self._rng = Random()
        self._block = lru_cache(maxsize=128)(self._shuffled_block)

    def __iter__(self) -> Iterator[Item]:
        return (self.item(index) for index in range(self.items))

    # --- who, what, where

    def _shuffled_block(self, number: int) -> tuple[tuple[str, int], ...]:
        order = list(_BLOCK)
        Random(self.seed << 45 | number << 2 | 3).shuffle(order)
        seen = {"pos": 0, "incident": 0, "registry": 0}
        found = []
        for source in order:
            found.append((source, number * _PER_BLOCK[source] + seen[source] + 1))
            seen[source] += 1
        return tuple(found)

    def source_and_number(self, index: int) -> tuple[str, int]:
        """The source of an item and its number within the source, from 1, without gaps."""
        return self._block(index // 20)[index % 20]

    def record_ref(self, source: str, number: int, received: int) -> str:
        if source == "incident":
            return str(3_000_000 + number)
        return f"{'POS' if source == 'pos' else 'REG'}-{local(received).year}-{number:06d}"

    def _problem(self, index: int) -> Problem:
        """The item's own problem; if the item is a repeat, it is replaced by the problem of the earlier item."""
        rng = self._rng
        rng.seed(self.seed << 45 | index << 2 | 1)
        draw = rng.random
        source = self.source_and_number(index)[0]
        received = min(self._rhythm.instant(min((index + draw()) / self.items, 1.0)), END - 120)
        if source == "registry":
            received = in_office_hours(received)
            if received > END - 120:
                received = END - 120 - index % (6 * HOUR)
        elif source == "incident":
            received -= received % 60
        quiet = truth.SILENCE_PAST
        if source == quiet["source_slug"] and quiet["from"] <= received < quiet["to"]:
            received -= 4 * DAY
        municipality = self._municipalities[bisect_right(self._municipality_upto, draw() * 0.999999)]
        topic = bisect_right(self._tables[source, local(received).month], draw() * 0.999999)
        district = int(draw() ** 1.6 * len(TOWNS[municipality].districts))
        surge = truth.SURGE
        in_surge = draw() < surge["share"] and surge["from"] <= received < surge["to"]
        if in_surge:
            municipality, district, topic = str(surge["municipality_code"]), self._surge_district, self._surge_topic
        quiet = truth.SILENCE_NOW
        if source == quiet["source_slug"] and municipality == quiet["municipality_code"] and received >= quiet["from"]:
            municipality, district = "murmansk", 0
        if source == "registry":
            topic = self.ref.registry_topic[topic]
        own = int(draw() * (self._active if draw() < 0.25 else self._pool))
        who = own * 5 + self._municipalities.index(municipality)
        street, house = int(draw() ** 1.3 * len(STREETS)), int(draw() * 60) + 1
        return Problem(received, source, municipality, topic, district, street, house, who, draw(), draw(), in_surge)

    def _repeated(self, index: int, problem: Problem) -> tuple[int, Problem] | None:
        """The earlier item that this one repeats: three days to some weeks back, neither a repeat nor a reject."""
        if problem.repeats_at >= 0.09:
            return None
        day = self.items / 730
        back = int(day * (3 - 22 * math.log(1 - problem.gap * 0.98))) + 1
        if back > index or truth.fault_of(*self.source_and_number(index - back)):
            return None
        found = self._problem(index - back)
        same = found.repeats_at >= 0.09 and found.received < problem.received - DAY
        fits = problem.source != "registry" or self.ref.registry_topic[found.topic] == found.topic
        quiet = problem.source == "registry" and found.municipality == truth.SILENCE_NOW["municipality_code"]
        return (index - back, found) if same and fits and not quiet else None

    # --- one item

    def item(self, index: int) -> Item:
        """The item `index`, 0 ≤ index < items."""
        own = self._problem(index)
        repeated = self._repeated(index, own)
        problem = repeated[1] if repeated else own
        source, number = self.source_and_number(index)
        received, municipality, topic = own.received, problem.municipality, problem.topic
        rng = self._rng
        rng.seed(self.seed << 45 | index << 2 | 2)
        draw = rng.random

        planted: list[str] = []
        fault = truth.fault_of(source, number)
        if fault:
            planted.append("reject")
        ref = self.record_ref(source, number, received)
        repeat_of = earlier = None
        if repeated:
            other_source, other_number = self.source_and_number(repeated[0])
            other = self.record_ref(other_source, other_number, problem.received)
            repeat_of = (other_source, other)
            planted.append("repeat")
            if {source, other_source} == {"pos", "registry"}:
                planted.append("cross_channel_repeat")
            if source == other_source != "incident" and draw() < 0.5:
                earlier = other
        if problem.in_surge and not repeated:
            planted.append("surge")

        code = self.ref.topic_codes[topic]
        theme = self.ref.topic_themes[topic]
        recipient = self.recipient(municipality, code, theme, problem)
        is_canary = truth.is_canary(index) and not fault
        author = canary(index) if is_canary and not repeated else person(problem.person)
        item = Item(
            index=index, source=source, number=number, ref=None if fault == "no_id" else ref, problem=problem,
            received=received, municipality=municipality, topic=topic,
            kind="appeal" if source == "registry" or (source == "pos" and draw() < 0.2) else "message",
            recipient=recipient, author=author, network=NETWORKS[problem.person % 5], text="", answer="", mark=None,
            deferred_until=None, is_hollow=False,
            flat=9_000 + index % 999 if is_canary else int(draw() * 180) + 1, has_point=draw() < 0.85,
            jitter=(draw() - 0.5, draw() - 0.5), is_raised=draw() < 0.12, delivery=_DELIVERIES[int(draw() * 7)],
            result="", fault=fault, earlier=earlier, events=[], planted=planted, repeat_of=repeat_of,
        )  # fmt: skip  # a table
        item.is_hollow = draw() < (truth.HOLLOW["share"] if recipient == truth.HOLLOW["recipient_code"] else 0.06)
        LIVES[source](item, self.ref.topic_is_key[topic], rng)
        plant_open_story(item)
        plant_circle(item)
        self._plant(item, rng)
        self._write(item, code, theme, is_canary, rng)
        if item.is_hollow and item.answer:
            planted.append("hollow_answer")
        return item

    def recipient(self, municipality: str, topic: str, theme: str, problem: Problem) -> str:
        """Who answers a topic there."""
        key = recipient_key(topic, theme)
        if key == "improvement" and (settlements := self.ref.settlements[municipality]):
            return settlements[problem.district % len(settlements)]
        if key:
            return f"{municipality}.{key}"
        managing = self.ref.managing[municipality]
        return managing[(problem.street * 7 + problem.house) % len(managing)]

    def _plant(self, item: Item, rng: Random) -> None:
        index, planted = item.index, item.planted
        if item.recipient == truth.RENAMED["recipient_code"]:
            planted.append("renamed_recipient")
        if truth.is_orphan_topic(index):
            planted.append("orphan_topic")
        if truth.is_orphan_recipient(index):
            planted.append("orphan_recipient")
        if item.fault:
            return
        last = item.events[-1].at
        if truth.is_late_event(index) and item.received < END - 60 * DAY:
            item.seen_from = max(item.received, last) + int((10 + rng.random() * 20) * DAY)
            if item.seen_from < END:
                planted.append("late_event")
            else:
                item.seen_from = 0
        closed = [e for e in item.events if e.code == "closed" and e.at < END - 45 * DAY]
        if item.source == "incident" and truth.is_retroactive(index) and closed and not item.seen_from:
            days = (closed[-1].at - item.received) // (2 * DAY)
            if days:
                item.corrected = (closed[-1].at + 33 * DAY, days * DAY)
                planted.append("retroactive_edit")
        if item.source == "incident" and truth.is_duplicate_row(index):
            planted.append("duplicate_row")

    def _write(self, item: Item, code: str, theme: str, is_canary: bool, rng: Random) -> None:
        """Fill `text` and `answer`; the text with the markup of its source."""
        problem = item.problem
        street, house = STREETS[problem.street], problem.house
        place = f"{street.where}, дом {house}" if rng.random() < 0.7 else f"около дома {house} {street.along}"
        if truth.is_mass_text(item.index):
            text = texts.mass(item.index // 97)
            item.planted.append("mass_text")
        else:
            text = texts.problem(code, theme, place, rng)
            if rng.random() < 0.04 and text is not texts.EMPTY:
                text = f"{text} {ordinary_phrase(person(problem.person), rng)}"
        if truth.is_long_text(item.index):
            text = texts.long_problem(text)
            item.planted.append("long_text")
        replied = [e for e in item.events if e.code in ("final_reply", "closed")]
        if replied:
            day, later = local(replied[0].at), local(replied[0].at + 12 * DAY)
            item.answer = texts.reply(item.is_hollow, f"{day:%d.%m.%Y}", f"{later:%d.%m.%Y}", rng)
        if is_canary:
            text = self._plant_canary(item, text)
        if item.source != "registry":
            reference = None
            if item.repeat_of and item.repeat_of[0] == item.source and rng.random() < 0.3:
                number = item.repeat_of[1].rpartition("-")[2]
                reference = f"{number} от {local(problem.received):%d.%m.%Y}"
            text = texts.soil(text, rng, reference)
        item.text = text

    def _plant_canary(self, item: Item, text: str) -> str:
        """Plant a canary in the author's fields, the flat, the text and every third reply."""
        item.planted.append("canary")
        who = canary(item.index)
        where = {"source_slug": item.source, "record_ref": item.ref}
        if item.author == who:
            needles = [who.surname, who.digits, who.email, who.link(item.network).split("//")[1]]
            item.canaries.append(where | {"field": "author", "kind": "author", "needles": needles})
        phrase, kind, needles = canary_phrase(who, item.index // 151)
        item.canaries.append(where | {"field": "text", "kind": kind, "needles": needles})
        flat = f"кв. {item.flat}"
        item.canaries.append(where | {"field": "text", "kind": "flat", "needles": [flat]})
        if item.answer and item.index % 3 == 0:
            item.answer = f"Уважаемый {who.surname_initials}! {item.answer}"
            item.canaries.append(where | {"field": "answer", "kind": "surname_initials", "needles": [who.surname]})
        return f"{text} Мой адрес прежний, {flat}. {phrase}"


def generate(items: int, seed: int) -> Iterator[Item]:
    """The items of a city, one by one, in the order of their arrival."""
    return iter(City(seed, items))
