"""The weekly note: every number is bound, counted again by its own description, grammatical, and reproducible."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pymorphy3
import pytest
from docx import Document
from psycopg.rows import dict_row

from ground import ROOT, add_evidence
from mcu.errors import UserError
from mcu.publications.ledger import Publication
from mcu.publications.note import publish as publish_all
from mcu.publications.note import weekly
from mcu.publications.note.bindings import Bindings, NumberUnbound
from mcu.publications.note.document import render, text_of
from mcu.publications.note.figures import Week
from mcu.publications.note.metrics import METRICS, count_again
from mcu.publications.note.words import NOUNS, Names, noun
from mcu.publications.readiness import PublicationStopped
from mcu.russian import spelled
from mcu.settings import settings
from mcu.warehouse.connect import connect
from publications.note_marts import WEEK, make_note_marts
from quality.minimal_marts import own_warehouse

NUMBER = re.compile(r"\d+(?:[\xa0,.:]\d+)*")


@pytest.fixture(scope="module", autouse=True)
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with own_warehouse(tmp_path_factory.mktemp("notes")) as var, pytest.MonkeyPatch.context() as patch:
        patch.setattr("mcu.publications.note.pdf.beside", lambda folders: None)
        yield var


@pytest.fixture(autouse=True)
def marts(ground: Path) -> None:
    make_note_marts()
    shutil.rmtree(settings().var / "publications", ignore_errors=True)


def publish(place: str = "murmansk") -> Publication:
    (found,) = [one for one in publish_all(WEEK) if one.municipality_code == place]
    return found


def change(query: str) -> None:
    with connect("transformer") as conn:
        conn.execute(query)


def document(note: Publication) -> Any:
    return Document(str(next(note.folder.glob("*.docx"))))


def listed(note: Publication) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((note.folder / f"weekly_note_{WEEK}_{note.municipality_code}.json").read_text())
    return body


def test_every_number_of_the_text_has_its_binding_in_the_order_of_reading() -> None:
    note = publish()
    read = [number for text in text_of(document(note)) for number in NUMBER.findall(text)]
    bound = [number for entry in listed(note)["numbers"] for number in NUMBER.findall(entry["text"])]
    assert len(read) > 90 and read == bound


def test_every_binding_is_counted_again_by_its_own_metric_and_slice() -> None:
    count = 0
    for note in publish_all(WEEK):
        with connect("loader") as conn, conn.cursor(row_factory=dict_row) as cursor:
            for entry in listed(note)["numbers"]:
                again = count_again(cursor, entry)
                if again is not None:
                    assert again == pytest.approx(entry["value"]), entry
                    count += 1
                elif entry["metric"] in METRICS:
                    assert entry["metric"] in ("list.shown", "list.all", "risk.window", "checks.weeks"), entry
    assert count > 100


def test_a_changed_mart_changes_exactly_the_bound_numbers() -> None:
    before = listed(publish())["numbers"]
    # One more deadline broken, last Wednesday, in the block of roads.
    change(
        "update marts.fct_flows set overdue_count = overdue_count + 1 where date_on = '2026-11-11'"
        " and block_code = 'murmansk.roads'"
    )
    second = publish()
    changed = [
        (old["metric"], old["slice"].get("topic_code"), new["value"] - old["value"])
        for old, new in zip(before, listed(second)["numbers"], strict=True)
        if old != new
    ]
    assert second.revision == 2
    assert changed == [("flows.overdue", None, 1), ("flows.overdue", "roads", 1)]
    assert [(c["metric"], c["slice"].get("topic_code"), c["after"] - c["before"]) for c in second.difference] == changed
    assert publish("giaginsky").revision == 1


def test_a_number_in_the_template_without_a_binding_is_refused(tmp_path: Path) -> None:
    spoilt = Document(str(weekly.TEMPLATE))
    spoilt.add_paragraph("Всего жителей: 270384 человека")
    path = tmp_path / "template.docx"
    spoilt.save(str(path))
    note = publish()
    with connect("loader") as conn:
        (rows,) = conn.execute(
            "select rows from ops.publications where publication_id = %s", [note.publication_id]
        ).fetchone()
    arguments = (rows["words"], {}, rows["entries"], datetime(2026, 11, 20, tzinfo=UTC))
    assert render(weekly.TEMPLATE, *arguments)[1]
    with pytest.raises(NumberUnbound, match="Всего жителей: 270384"):
        render(path, *arguments)


def test_what_explains_the_change_adds_up_to_it() -> None:
    numbers = listed(publish())["numbers"]
    changes = [entry for entry in numbers if "minus" in entry]
    whole = [e for e in changes if "block_code" not in e["slice"] and e["minus"]["first"] == "2026-11-02"]
    parts = [e for e in changes if "block_code" in e["slice"]]
    assert len(whole) == 1 and len(parts) >= 2
    assert sum(e["value"] for e in parts) == whole[0]["value"]


def test_the_page_is_as_documents_are() -> None:
    section, style = document(publish()).sections[0], document(publish()).styles["Normal"]
    assert [round(float(side.mm)) for side in (
        section.left_margin, section.right_margin, section.top_margin, section.bottom_margin,
    )] == [30, 10, 20, 20]  # fmt: skip  # a list
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert (style.font.name, style.font.size.pt) == ("Times New Roman", 14)


def test_the_text_is_russian_and_whole() -> None:
    for place in ("murmansk", "giaginsky"):
        text = "\n".join(text_of(document(publish(place))))
        assert not re.search(r"None|nan|\{|\}|[\ue000-\ue0ff]", text)
        assert not re.search(r"[A-Za-z]{2,}", text), text
    assert "Главе администрации города Мурманска" in "\n".join(text_of(document(publish())))


def test_a_measure_reported_done_while_complaints_go_on_is_named() -> None:
    text = "\n".join(text_of(document(publish())))
    assert "исполнено 09.11.2026. За 9 дней после этого по той же теме и месту обращений 14 (заявителей 12)" in text
    assert "исполнено 10.11.2026" not in text, "the check confirms it"
    assert "проверить на месте исполнение 1 мероприятия" in text


def test_problem_areas_rating_and_communication_are_said() -> None:
    text = "\n".join(text_of(document(publish())))
    assert "Яма у дома 7 на улице Полярной, улица 8 Марта: 39 заявителей, поступило 49" in text
    assert "«Ремонт дороги», место не указано: 38 заявителей, поступило 48 при ожидаемых 12,3" in text
    assert "обратились снова после ответа 3; просрочено 3" in text and "всего таких сфер 5" in text
    assert "Поднялись в рейтинге за октябрь 2026 года: Отдел № 1 — на 2 места, теперь 1 из 6 (по данным месяца" in text
    assert "Опустились в рейтинге за октябрь 2026 года: Отдел № 2 — на 1 место" in text
    assert "ноябрь" not in text.split("Изменения в рейтинге")[1], "the month is not over"
    assert re.search(r"Эксперты рассмотрели \d+ ответ\w*: \d+ конфликтн\w+ ситуаци\w, \d+ ошиб\w+ коммуникации", text)
    assert "Конфликты и ошибки по исполнителям: Управление жилищно-коммунального" in text
    other = "\n".join(text_of(document(publish("giaginsky"))))
    assert "Рейтинг не составлен" in other and "Проблемные сферы последних" not in other


def test_a_number_in_the_name_of_a_recipient_is_no_figure() -> None:
    change("update marts.dim_recipient set title = 'Управляющая организация «Берег-51»' where recipient_code <> 'none'")
    numbers = listed(publish())["numbers"]
    assert any("Берег-51" in entry["text"] and entry["metric"] == "recipient" for entry in numbers)


def test_a_name_that_nobody_reviewed_stands_in_a_sentence_that_needs_no_case() -> None:
    text = "\n".join(text_of(document(publish())))
    assert "у Управления жилищно-коммунального хозяйства администрации города Мурманска — " in text
    assert "Управлению жилищно-коммунального хозяйства администрации города Мурманска: подготовить" in text
    assert "у исполнителя «Дирекция городского парка» — " in text
    assert "Исполнителю «Дирекция городского парка»: подготовить" in text


def test_a_note_is_made_again_byte_for_byte() -> None:
    first = publish()
    before = {path.name: path.read_bytes() for path in first.folder.iterdir()}
    assert {path.name for path in publish().folder.iterdir()} == set(before), "no new revision"
    shutil.rmtree(first.folder)
    again = publish()
    assert (again.is_new, again.revision) == (False, 1)
    assert {path.name: path.read_bytes() for path in again.folder.iterdir()} == before


@pytest.mark.parametrize("week", ["2026-W47", "2026-W60", "2026-11", "2026-W1", "9999-W52"])
def test_a_week_that_is_not_over_or_is_none_is_refused(week: str) -> None:
    with pytest.raises(UserError) as refused:
        publish_all(week)
    assert (week == "2026-W47") == isinstance(refused.value, PublicationStopped)


@pytest.mark.parametrize(
    ("first", "words"),
    [
        ("2026-11-09", "неделю с 9 по 15 ноября 2026 года"),
        ("2026-11-30", "неделю с 30 ноября по 6 декабря 2026 года"),
        ("2026-12-28", "неделю с 28 декабря 2026 года по 3 января 2027 года"),
    ],
)
def test_a_week_is_named(first: str, words: str) -> None:
    assert weekly.week_title(Week(date.fromisoformat(first))) == words


def test_300_numbers_agree_with_every_noun() -> None:
    """Against another program: pymorphy3 chooses the form of each noun's head by its own rules."""
    morph = pymorphy3.MorphAnalyzer()
    numbers = [*range(0, 250), *range(970, 1015), 1_000_000, 1_000_001, 1_000_002, 1_000_011, 111_112]
    assert len(numbers) == 300
    checked = 0
    for name in ("обращение", "мероприятие", "день", "голос", "оценка"):
        for number in numbers:
            form = noun(name, number)
            word = next(p for p in morph.parse(name) if p.normal_form == name)
            expected = word.make_agree_with_number(number).word
            # «поставили 1 оценку»: the object of a verb
            assert form == {"оценка": "оценку"}.get(expected, expected), number
            checked += 1
    for name, (one, few, many) in NOUNS.items():
        found = [noun(name, number) for number in (1, 21, 101, 2, 34, 5, 11, 12, 111, 0, 1.5)]
        assert found == [one, one, one, few, few, many, many, many, many, many, few], name
    add_evidence("Forms of nouns", f"{checked} pairs of a number and a noun agree with pymorphy3")


def test_every_recipient_of_the_seeds_has_its_cases_and_they_are_grammatical() -> None:
    """The head of the name is in the case, what follows is untouched; the analysis is pymorphy3's."""
    morph = pymorphy3.MorphAnalyzer()
    seeds = ROOT / "dbt_project" / "seeds"
    titles = {row["title"] for row in csv.DictReader(io.StringIO((seeds / "recipients.csv").read_text()))}
    rows = list(csv.DictReader(io.StringIO((seeds / "recipient_cases.csv").read_text())))
    assert titles <= {row["title"] for row in rows}
    grammemes = {"genitive": "gent", "dative": "datv", "instrumental": "ablt"}
    for row in rows:
        for case, grammeme in grammemes.items():
            before, after = row["title"].split(), row[case].split()
            assert len(before) == len(after)
            for old, new in zip(before, after, strict=True):
                if old != new:
                    assert any({grammeme, "sing"} <= set(p.tag.grammemes) for p in morph.parse(new)), (
                        row["title"],
                        new,
                    )
            head = before[0]
            if head not in ("МКУ", "МУП"):
                assert any({grammeme, "sing"} <= set(p.tag.grammemes) for p in morph.parse(after[0])), row[case]
                assert after[0][0].isupper()
    names = Names(rows)
    assert names.inflected("МУП «Муниципальный водоканал»", "dative") == "МУП «Муниципальный водоканал»"


def test_figures_are_spelled_as_documents_do() -> None:
    assert [spelled(n) for n in (0, 999, 1000, 1234567)] == ["0", "999", "1\xa0000", "1\xa0234\xa0567"]
    assert (spelled(12.345, 1), spelled(0.25, 1)) == ("12,3", "0,3")


def test_the_same_number_in_two_places_is_two_bindings() -> None:
    b = Bindings({"municipality_code": "murmansk"})
    assert b.number(5, "open.all") != b.number(5, "open.overdue")
    assert [entry["metric"] for entry in b.entries] == ["open.all", "open.overdue"]
    with pytest.raises(KeyError):
        b.number(5, "a metric that nobody described")


def test_reading_the_marts_needs_no_more_than_the_loader_may() -> None:
    with connect("loader") as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute("delete from marts.fct_flows")
