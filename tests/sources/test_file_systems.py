"""The systems of the city whose exports are dropped into folders, against the specs of their sources: each file is read
whole, what was planted is refused for its reason, and nothing of a person is left."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from demo_city.clock import END
from demo_city.systems import all_systems
from demo_city.systems.base import SHARE, Plan
from demo_city.systems.dropped import Dropped
from mcu.connectors.base import Window
from mcu.landing.intake import Intake
from mcu.sources.opening import open_source
from mcu.sources.registry import get_source

SYSTEMS = {slug: system for slug, system in all_systems().items() if isinstance(system, Dropped)}
REASONS = {
    "pos_export": {"required_missing", "bad_time"},
    "incident_monitoring": {"required_missing"},
    "incident_legacy": {"no_date"},
    "sed_delo": {"required_missing", "bad_time"},
    "sed_sstu": {"rule_broken"},
    "paper_register": {"bad_time"},
    "measures": {"required_missing"},
    "expert_marks": {"required_missing"},
    "bi_rcc_problems": {"required_missing"},
    "bi_rcc_figures": {"required_missing"},
}
PHONE, NAME = r"\+7|(?<![\w,.])8 ?\(?94[68]", r"[А-Я][а-яё]+(ов|ова|ев|ева) [А-Я][а-яё]+ [А-Я][а-яё]+(ич|на)\b"
IDENTITY = re.compile(f"{PHONE}|@example|{NAME}")


def test_every_system_is_tried() -> None:
    assert set(SYSTEMS) == set(REASONS)


@pytest.mark.parametrize("slug", SYSTEMS)
def test_a_system_is_read_whole(slug: str, tmp_path: Path, installation: Path) -> None:
    system, spec = SYSTEMS[slug], get_source(slug)
    home, inbox = tmp_path / "home", tmp_path / "inbox"
    home.mkdir()
    inbox.mkdir()
    truth = system.open(home, Plan(59, 60 * SHARE, END)).finish()
    system.deliver(home, inbox)
    handed_over = "".join(p.read_bytes().decode("cp1251", "ignore") for p in inbox.iterdir() if p.suffix == ".csv")
    assert slug != "sed_delo" or IDENTITY.search(handed_over), "the needles must be able to be found"

    folder, intake = (
        open_source(spec, system.connection("", "", inbox)),
        Intake(spec, datetime(2026, 11, 20, tzinfo=UTC)),
    )
    batches = [intake.take(page) for page in folder.pages(Window())]
    landed = [line.split(b"\t") for batch in batches for line in batch.rows.splitlines()]
    refused = [reject for batch in batches for reject in batch.rejects]
    assert len({ref for ref, *_ in landed}) == truth.facts.total()
    assert len(refused) == truth.rejected and {r.code for r in refused} == REASONS[slug]
    assert intake.drift() == {}
    fields = set(spec.expected_fields)
    for _, _, payload, _ in landed:
        text = payload.replace(b"\\\\", b"\\").decode()
        record = orjson.loads(text)
        record.pop("author_key", None)  # its digits are anybody's
        assert set(record) <= fields
        assert not IDENTITY.search(orjson.dumps(record).decode())
    assert not any(IDENTITY.search(r.payload + r.reason) for r in refused)


def test_the_old_layout_goes_by_letters_and_the_register_by_its_template(tmp_path: Path) -> None:
    """The oddities of these two files: no header at all, and hidden lists beside the sheet."""
    for slug, field, expected in (("incident_legacy", "number", 7_000_000), ("paper_register", "number", "вх-")):
        home = tmp_path / slug
        home.mkdir()
        SYSTEMS[slug].build(home, 59, 40, END)
        page = next(iter(open_source(get_source(slug), home.as_uri()).pages(Window())))
        value = page.records[0][field]
        assert value.startswith(expected) if isinstance(expected, str) else value > expected
        assert page.unknown_fields == frozenset()
