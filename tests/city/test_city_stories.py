"""Stories through several systems: the same of the same seed, told in full, and met by no other plant."""

from __future__ import annotations

from collections import Counter

from demo_city import truth
from demo_city.clock import END
from demo_city.stories import TELLINGS, Stories
from mcu.texts.places import find_spot

_PLANTS = (
    truth.is_canary, truth.is_orphan_topic, truth.is_orphan_recipient, truth.is_late_event, truth.is_retroactive,
    truth.is_duplicate_row, truth.is_mass_text, truth.is_long_text, truth.is_instant_closure,
)  # fmt: skip  # a table


def test_a_city_has_each_story_and_another_city_other_houses() -> None:
    told = Stories(59).told
    assert [(t.kind, t.system, t.item) for t in told] == [(t.kind, t.system, t.item) for t in Stories(59).told]
    assert Counter((t.kind, t.group) for t in told) == {
        ("copies", 0): 3, ("copies", 1): 2, ("copies", 2): 3, ("copies", 3): 2, ("comment", 0): 2, ("comment", 1): 2,
        ("trouble", 0): 8, ("trouble", 1): 8, ("twin", 0): 1, ("twin", 1): 1,
    }  # fmt: skip  # a table
    refs = [{t.item.ref for t in Stories(seed).told} for seed in (1, 2, 3)]
    houses = [{t.item.problem.house for t in Stories(seed).told} for seed in (1, 2, 3)]
    assert not (refs[0] & refs[1] | refs[1] & refs[2] | refs[0] & refs[2])
    assert not (houses[0] & houses[1] | houses[1] & houses[2] | houses[0] & houses[2])


def test_no_other_plant_meets_a_story_and_all_of_it_has_happened() -> None:
    for told in Stories(59).told:
        assert not any(is_planted(told.item.index) for is_planted in _PLANTS), told.item.index
        assert told.item.received < END and told.item.fault is None
        spot = find_spot(told.item.text)
        assert spot and spot.house == str(told.item.problem.house)


def test_a_trouble_is_told_in_four_channels_by_eight_people_and_the_twin_a_week_later_by_another() -> None:
    for group in (0, 1):
        told = [t for t in Stories(59).told if (t.kind, t.group) == ("trouble", group)]
        assert {t.system for t in told} == {"pos", "incident", "sed_delo", "vk"}
        assert len({t.item.author.number for t in told}) == 8
        ((twin,),) = [[t.item for t in Stories(59).told if (t.kind, t.group) == ("twin", group)]]
        assert (twin.problem.street, twin.topic) == (told[0].item.problem.street, told[0].item.topic)
        assert twin.problem.house != told[0].item.problem.house
        assert twin.text.startswith(TELLINGS[0].partition(" {")[0])
