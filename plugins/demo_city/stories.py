"""Stories that run through several systems: a message and its copies, a comment that an operator takes over, one
trouble of many people in four channels, and a twin of it that is another trouble. A city of any size has the same ones.

Houses of the stories are above those of the city, so that no item of the stream can belong to a story."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from random import Random

from demo_city import texts
from demo_city.clock import DAY, END, HOUR, at, in_office_hours, local
from demo_city.generate import City
from demo_city.item import Item, Problem
from demo_city.lives import LIVES
from demo_city.people import NETWORKS, person
from demo_city.places import STREETS

FIRST_INDEX = 2_000_000_681
"""Beyond any item of the stream. An index is a multiple of twenty more: it meets the residue of no plant, and the page
answers."""
FIRST_PERSON, FIRST_NUMBER, FIRST_INCIDENT, FIRST_HOUSE = 9_000_000, 900_000, 3_990_000, 70
"""Cities of other seeds have other numbers, people and houses."""
SHOWN_AS = {"pos": "pos", "incident": "incident", "vk": "incident", "sed_delo": "registry", "sed_sstu": "registry"}
"""System → the source whose lives and words its items have."""
STREAMED = ("pos", "incident")
"""Systems that take their items from the city's stream; the others ask for theirs."""

TELLINGS = (
    "Дорога {where}, дом {house} вся разбита, машины объезжают ямы по газону уже второй месяц",
    "Около дома {house} {along} яма на яме, вчера ребёнок упал с велосипеда, сделайте ремонт",
    "Прошу отремонтировать проезд {where}, {house}, асфальта там давно не осталось",
)
_TAKEN_OVER = (
    "У дома {house} {along} который день бежит вода из-под асфальта, тротуар залит, дети идут в школу по дороге",
    "Фонари {where}, дом {house} не горят вторую неделю, вечером люди идут на ощупь, просим включить свет",
)


@dataclass(frozen=True, slots=True)
class Told:
    """One record of a story. Records of one `kind` and `group` belong together; a twin belongs to nobody."""

    kind: str
    """«copies», «comment», «trouble» or «twin»."""
    group: int
    system: str
    item: Item


class Stories:
    """All stories of the city of this seed."""

    def __init__(self, seed: int) -> None:
        self._city = City(seed, 20)
        self._seed = seed
        self._numbers = count()
        self._first_person = FIRST_PERSON + seed % 1_000 * 1_000
        self._first_house = FIRST_HOUSE + seed % 3 * 40
        self.told = [*self._copies(), *self._comments(), *self._troubles()]

    def of(self, system: str, until: int = END) -> list[Item]:
        """The items that `system` shows, in the order of time."""
        found = [told.item for told in self.told if told.system == system and told.item.received <= until]
        return sorted(found, key=lambda item: item.received)

    def _copies(self) -> Iterator[Told]:
        """A message of the ПОС becomes a card of the СЭД: one that names its number, and goes to the ССТУ too; or one
        that names the author only."""
        rng = Random(f"copies {self._seed}")
        for group in range(4):
            has_number = group % 2 == 0
            # whoever leaves no phone is known by mail, to the ПОС and to the ССТУ
            who = self._first_person + group * 10 + (0 if has_number else 1)
            received = at(2026, 9, 7) + int((group * 14 + rng.random() * 5) * DAY)
            street = rng.randrange(len(STREETS))
            place, text = (street, self._first_house + group), TELLINGS[group % 3]
            first = self._item("pos", received, place, text, who)
            yield Told("copies", group, "pos", first)
            later = in_office_hours(received + DAY)
            card = self._item("sed_delo", later, place, f"Поступило с портала. {text}", who)
            card.copy_of = first.ref if has_number else None
            yield Told("copies", group, "sed_delo", card)
            if has_number:
                again = self._item("sed_sstu", in_office_hours(received + 30 * HOUR), place, text, who)
                yield Told("copies", group, "sed_sstu", again)

    def _comments(self) -> Iterator[Told]:
        """A comment in ВКонтакте that an operator takes over as an incident, with his own slips."""
        rng = Random(f"comments {self._seed}")
        for group, text in enumerate(_TAKEN_OVER):
            received = at(2026, 10, 12 + group * 15, 10) + int(rng.random() * 8 * HOUR)
            place, who = (rng.randrange(len(STREETS)), self._first_house + 10 + group), self._first_person + 101 + group
            yield Told("comment", group, "vk", self._item("vk", received, place, text, who))
            taken = self._item("incident", in_office_hours(received + 4 * HOUR), place, text, who)
            taken.text = _slips(taken.text, rng)
            yield Told("comment", group, "incident", taken)

    def _troubles(self) -> Iterator[Told]:
        """Eight people in four channels within three weeks; then a twin: street and topic are the same, house and week
        are others."""
        rng = Random(f"troubles {self._seed}")
        systems = ("pos", "incident", "sed_delo", "vk")
        for group, (municipality, since) in enumerate((("murmansk", at(2026, 10, 26)), ("gubkinsky", at(2026, 10, 2)))):
            place = (rng.randrange(len(STREETS)), self._first_house + 20 + group)
            for number in range(8):
                # the same words in two systems within three days would be a copy
                day = {0: 0.0, 3: 4.6, 4: 8.5, 7: 12.6}.get(number, rng.uniform(0, 20))
                received = since + int((day + rng.uniform(0.3, 0.7)) * DAY)
                who, system = self._first_person + 201 + group * 20 + number * 2, systems[number % 4]
                item = self._item(system, received, place, TELLINGS[number % 4 % 3], who, municipality)
                yield Told("trouble", group, system, item)
            other, received = (place[0], place[1] + 9), since + 15 * DAY + 11 * HOUR
            twin = self._item("pos", received, other, TELLINGS[0], self._first_person + 301 + group, municipality)
            yield Told("twin", group, "pos", twin)

    def _item(
        self, system: str, received: int, place: tuple[int, int], text: str, who: int, municipality: str = "murmansk"
    ) -> Item:
        number, ref = next(self._numbers), self._city.ref
        source = SHOWN_AS[system]
        received -= received % 60
        rng = Random(f"{self._seed} {number}")
        topic = ref.topic_codes.index("roads.repair")
        if source == "registry":
            topic = ref.registry_topic[topic]
        street, house = STREETS[place[0]], place[1]
        problem = Problem(received, source, municipality, topic, 0, place[0], house, who, 1.0, 0.0, in_surge=False)
        code, theme = ref.topic_codes[topic], ref.topic_themes[topic]
        year, shown = local(received).year, FIRST_NUMBER + self._seed % 100 * 100 + number
        item = Item(
            index=FIRST_INDEX + number * 20, source=source, number=shown,
            ref={
                "pos": f"POS-{year}-{shown}", "registry": f"REG-{year}-{shown}",
                "incident": str(FIRST_INCIDENT + shown - FIRST_NUMBER),
            }[source],
            problem=problem, received=received, municipality=municipality, topic=topic,
            kind="appeal" if source == "registry" else "message",
            recipient=self._city.recipient(municipality, code, theme, problem), author=person(who), network=NETWORKS[0],
            text=text.format(where=street.where, along=street.along, house=house), answer="", mark=None,
            deferred_until=None, flat=number + 1, has_point=False, jitter=(0.0, 0.0), is_raised=False,
            delivery="письменно", result="", is_hollow=False, fault=None, earlier=None, events=[],
        )  # fmt: skip  # a table
        LIVES[source](item, ref.topic_is_key[topic], rng)
        replied = [event for event in item.events if event.code in ("final_reply", "closed")]
        if replied:
            day, later = local(replied[0].at), local(replied[0].at + 12 * DAY)
            item.answer = texts.reply(False, f"{day:%d.%m.%Y}", f"{later:%d.%m.%Y}", rng)
        return item


def _slips(text: str, rng: Random) -> str:
    """The text as it is typed anew: some letters change places."""
    words = text.split()
    for number in rng.sample([n for n, word in enumerate(words) if len(word) > 6 and word.isalpha()], 2):
        word, place = words[number], rng.randrange(2, len(words[number]) - 2)
        words[number] = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return " ".join(words)
