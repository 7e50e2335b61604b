"""The city and the lists of the platform live with whatever the seeds hold: a row is appended to each of them."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo_city import reference as city_reference
from demo_city.clock import END
from demo_city.generate import City
from demo_city.payloads import PAYLOADS
from demo_city.reference import reference
from demo_city.systems import all_systems
from demo_city.systems.base import System
from ground import ROOT
from mcu import office_hours as hours
from mcu.registers import lists
from mcu.seeds import check_seeds

NEW = {
    "topics": "new.thing,Новая тема,Новая группа,new,false,",
    "topic_blocks": "murmansk,new,murmansk.zhkh",
    "topic_words": "roads.snow,сугроб двор",
    "recipient_cases": "Новое управление,Нового управления,Новому управлению,Новым управлением",
    "publication_addressees": "monthly,murmansk,Главе города Мурманска,Положение",
    "topic_map": "*,Совсем новое имя,roads.snow,2024-01-01,",
    "block_heads": "murmansk.new,murmansk.new.head,murmansk.zhkh,2024-01-01,",
    "branches": "new_branch,Новая отрасль,99",
    "sector_blocks": "murmansk.new,murmansk,Новый блок,zhkh,Заместитель,Руководитель,Положение,99",
    "recipients": "murmansk.managing_99,murmansk,ООО «Новая УК»,murmansk.zhkh,murmansk.zhkh,2024-01-01,",
    "recipient_map": "*,murmansk,Иное имя управления,murmansk.zhkh,2024-01-01,",
    "municipalities": "newtown,город Новый,Новый,Новая область,Asia/Tomsk,Положение,ЦУР,Руководитель МЦУ",
    "municipality_map": "*,Мурманск-город,murmansk",
    "channels": "new_channel,Новый канал,new_source,message,",
    "statuses": "new_status,Новый статус,true",
    "status_map": "*,Неслыханный статус,registered,2024-01-01,",
    "measure_statuses": "new_status,Новый статус,true",
    "measure_status_map": "*,Неслыханный статус,planned,2024-01-01,",
    "kinds": "new_kind,Новый вид",
    "stages": "new_stage,Новая стадия,,executor,99",
    "deadline_statuses": "new_status,Новый статус",
    "calendar_days": "2028-01-03,holiday,false,,,Новогодние каникулы,Закон",
    "calendar_corrections": "2026-10-01,2026-11-02,day_off,false,,,Перенос,Постановление",
    "work_schedules": "office,Рабочее время,Europe/Moscow,,6,1,10:00,20:00,60,true,2031-01-01,,Приказ",
    "deadline_rules": (
        "new_rule,Новый срок,first_reply,giaginsky,,,,,,,,,4,working_hours,office,received,first_reply,,,false,false,"
        "none,3,0,false,2031-01-01,,Порядок"
    ),
    "rating_schemes": "new,Новый рейтинг,,groups,,month,5,10,100,1,2031-01-01,,Положение",
    "rating_components": "new,on_time,сроки,1.00,0.5,1,1,2031-01-01,",
    "rating_measures": "new_measure,Новая мера,чего,Как считается,99",
    "peer_groups": "new_group,Новая группа,^ФГУП ,true,99",
    "indicators": "new_share,Новая доля,доля,share,more,Часть / всё,МЦУ,Регламент,,99,false",
    "indicator_plans": "repeat_share,giaginsky,2031-01-01,,0.05,МЦУ,Регламент",
    "no_deadline_reasons": "new_reason,Новая причина,99",
    "automatic_channels": "vk,2031-01-01,,Порядок",
    "channel_kinds": "vk,appeal,2031-01-01,,Порядок",
    "repeat_rules": "new_rule,giaginsky,place,60,2031-01-01,,Порядок",
    "vote_topics": "новое слово,roads.snow",
    "dwell_states": "new_state,Новое состояние,true,99",
    "event_states": "marked,answered",
    "workload_norms": "murmansk,murmansk.zhkh,,6,3,2026-01-01,,Распоряжение",
    "answer_templates": "new.template,zhkh,Новый шаблон,Готово {дата},2026-01-01,,Положение",
    "external_figure_codes": "bi_rcc_figures,BI.OTHER,Иная цифра,repeat_share,0.01",
}  # fmt: skip  # a table
"""Seed → a row, well-formed by the seed's own conventions."""
NEEDS = {
    "topic_blocks": ["topics"], "block_heads": ["sector_blocks"], "rating_schemes": ["rating_components"],
    "rating_components": ["rating_schemes"],
}  # fmt: skip  # a table
WHOLE = {
    "topics": "new.named,Названная тема,Новая группа,new,false,0009.0001.0001.0001",
    "topic_map": "*,Названная тема,new.named,2024-01-01,\nregistry,0009.0001.0001.0001,new.named,2024-01-01,",
    "municipality_map": "*,город Новый,newtown",
    "recipient_map": "*,murmansk,ООО «Новая УК»,murmansk.managing_99,2024-01-01,",
}
"""What gives the new codes their names, so that the city uses them."""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the dbt project that city and platform read."""
    copy = Path(shutil.copytree(ROOT / "dbt_project", tmp_path / "dbt_project"))
    monkeypatch.setattr(city_reference, "SEEDS", copy / "seeds")
    monkeypatch.setattr(lists, "ROOT", tmp_path)
    monkeypatch.setattr(hours, "PROJECT", copy)
    caches = (reference, lists.seed, hours.office_hours)
    for cache in caches:
        cache.cache_clear()
    yield copy
    for cache in caches:
        cache.cache_clear()


def append(project: Path, seed: str, row: str) -> None:
    with (project / "seeds" / f"{seed}.csv").open("a", encoding="utf-8") as file:
        file.write(f"{row}\n")
    if seed == "indicators":
        sql = project / "models" / "marts" / "indicators" / "ind_new_share.sql"
        sql.write_text("select 'new_share' as indicator_code", encoding="utf-8")


def live(project: Path) -> list[str]:
    """Check the seeds, read them as the platform does, make a small city. Returns the topics of its items."""
    check_seeds(project)
    assert hours.office_hours().weekdays == (1, 2, 3, 4, 5) and hours.office_hours().closes == 18 * 60
    for names in (lists.municipalities, lists.topics, lists.recipients, lists.blocks, lists.measure_statuses):
        assert names()
    items = list(City(7, 400))
    assert all(PAYLOADS[item.source](item, END) for item in items)
    return [reference().topic_codes[item.topic] for item in items]


def test_every_seed_gets_a_row() -> None:
    assert set(NEW) == {path.stem for path in (ROOT / "dbt_project" / "seeds").glob("*.csv")}


@pytest.mark.parametrize("seed", NEW)
def test_the_city_lives_with_one_more_row(project: Path, seed: str) -> None:
    for name in [*NEEDS.get(seed, []), seed]:
        append(project, name, NEW[name])
    assert "new.thing" not in live(project)


def _is_built_of_its_own(system: System) -> bool:
    return type(system).build is not System.build


def test_new_codes_with_their_names_are_used(project: Path, tmp_path: Path) -> None:
    """All rows at once, and their names: the city draws them, and so do the systems that draw their own records."""
    for rows in (NEW, WHOLE):
        for seed, row in rows.items():
            append(project, seed, row)
    live(project)
    city = City(7, 20_000)
    codes = {reference().topic_codes[item.topic] for item in (city.item(n) for n in range(0, 20_000, 5))}
    assert "new.named" in codes and "new.thing" not in codes
    assert "murmansk.managing_99" in reference().managing["murmansk"]
    assert "newtown" in reference().municipalities
    for slug, system in all_systems().items():
        if _is_built_of_its_own(system):
            home = tmp_path / "systems" / slug
            home.mkdir(parents=True)
            system.build(home, 7, 40, END)


def test_hours_and_names_that_begin_later_do_not_hold_yet(project: Path) -> None:
    """A future row ends the present one: until then the present one holds."""
    path = project / "seeds" / "work_schedules.csv"
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows, fields = list(reader), list(reader.fieldnames or [])
    later = [row | {"valid_from": "2031-01-01", "ends_at": "20:00"} for row in rows if row["starts_at"] == "13:45"]
    for row in rows:
        row["valid_to"] = "2031-01-01" if row["starts_at"] == "13:45" else ""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fields, lineterminator="\n")
        writer.writeheader()
        writer.writerows([*rows, *later])
    append(project, "topic_map", "*,Имя будущего,roads.snow,2031-01-01,")
    live(project)
    assert hours.office_hours().closes == 18 * 60
    assert "Имя будущего" not in lists.topics()
