"""Source files are checked without running anything; each invalid example stands in a file of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcu.sources import registry
from mcu.sources.spec import SpecError, read_spec

INVALID = Path(__file__).parent / "invalid"

FAULTS = {
    "not_yaml": "это не YAML: строка 2, знак 1: expected",
    "unknown_key": "colour: неизвестное поле",
    "unknown_type": "connector: неизвестный тип «gopher»; известны: 'rest', 'files', 'imap', 'sql', 'vk', 'ok'",
    "no_type": "connector: не указан тип (type)",
    "missing_title": "title: нет обязательного поля",
    "wrong_slug": "slug «other» должен совпадать с именем файла",
    "bad_page_size": "connector.rest.page_size: должно быть не меньше 1",
    "argument_of_another_connector": "connector.rest.relation: неизвестное поле",
    "required_is_personal": "поля нужны в record, но удаляются как персональные: author.phone",
    "field_without_column": "connector.files: required: полей нет в columns: created_at",
    "letter_is_no_letter": "letters: это не буквы столбцов: 7",
    "json_with_columns": "connector.files: columns, letters, required и ignored_columns есть только у таблиц",
    "table_without_columns": "connector.files: columns: таблице нужны столбцы",
    "unknown_format": "record.format: неизвестный формат «medo»; известны: sstu",
    "text_without_column": "record и personal: полей нет в columns: text",
    "bad_cron": "schedule: «61 * * * *» - не расписание cron: минута «61», допустимо 0-59",
    "short_cron": "schedule: «* * *» - не расписание cron: нужно пять полей",
    "cron_that_never_comes": "расписание «0 0 31 2 *» никогда не наступит",
    "key_twice": "это не YAML: указано дважды: title",
    "unknown_owner": "alert.owner: неизвестный ответственный «nobody»; известны: data_engineer, curator",
    "endless_cadence": "cadence.expected_every_working_hours: должно быть обычное число",
    "overlap_in_words": "overlap_hours: должно быть число",
    "broken_time_pattern": "connector.files.file_time_pattern: «(?P<year>\\d{4}» - не регулярное выражение",
    "endless_pattern": "record.id_pattern: «(\\d+-?)+» может проверяться бесконечно долго",
    "time_pattern_without_day": "нет групп (?P<day>…)",
    "time_pattern_of_other_groups": "неизвестные группы hours",
    "unknown_encoding": "connector.files.encoding: неизвестная кодировка «windows-1252-ru»",
    "long_delimiter": 'connector.files.delimiter: нужен один знак, например ";"',
    "endless_timeout": "connector.rest.timeout_seconds: должно быть обычное число",
    "bad_connection": "connector.rest.connection: не подходит под образец",
    "class": "slug: «class» - служебное слово",
    "capital_slug": "slug: «Capital» не годится: нужны строчные латинские буквы",
    "empty": "должен быть набор «имя: значение»",
    "cp1251": "файл не в кодировке UTF-8",
    "blank_title": "record.id: не должно быть пустым",
}


def test_every_invalid_example_is_tried() -> None:
    assert {path.stem for path in INVALID.glob("*.yml")} == set(FAULTS)


@pytest.mark.parametrize("name", FAULTS)
def test_invalid(name: str) -> None:
    with pytest.raises(SpecError) as caught:
        read_spec(INVALID / f"{name}.yml")
    assert f"{name}.yml: " in str(caught.value)
    assert FAULTS[name] in str(caught.value)


def test_declared_sources_are_valid() -> None:
    assert {"pos", "incident", "registry"} <= set(registry.all_sources())


def test_an_unknown_source_names_the_known_ones() -> None:
    with pytest.raises(SpecError, match=r"Источник «nothing» не объявлен\. Есть: .*pos"):
        registry.get_source("nothing")


def test_a_changed_file_is_read_again_and_an_unchanged_one_is_not(overlay: Path) -> None:
    text = (registry.FOLDER / "pos.yml").read_text(encoding="utf-8").replace("slug: pos", "slug: pos_two")
    (overlay / "pos_two.yml").write_text(text, encoding="utf-8")
    before = registry.all_sources()
    assert registry.all_sources()["pos_two"] is before["pos_two"]
    (overlay / "pos_two.yml").write_text(text.replace(before["pos_two"].title, "Другое"), encoding="utf-8")
    assert registry.all_sources()["pos_two"].title == "Другое"
    (overlay / "pos_two.yml").write_text("slug: [", encoding="utf-8")
    assert "pos_two" not in registry.all_sources()


def test_an_overlay_adds_sources_and_may_not_redeclare_one(overlay: Path) -> None:
    text = (registry.FOLDER / "pos.yml").read_text(encoding="utf-8")
    (overlay / "pos_two.yml").write_text(text.replace("slug: pos", "slug: pos_two"), encoding="utf-8")
    assert "pos_two" in registry.all_sources()
    (overlay / "pos.yml").write_text(text, encoding="utf-8")
    found = registry.declared()
    assert [(fault.path, fault.message) for fault in found.faults] == [
        (overlay / "pos.yml", "pos.yml: источник «pos» объявлен дважды")
    ]
    assert {"pos", "pos_two"} <= found.sources.keys()
