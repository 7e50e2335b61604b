"""Source files are checked without running anything; each invalid example stands in a file of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcu.settings import settings
from mcu.sources import registry
from mcu.sources.spec import SpecError, read_spec

INVALID = Path(__file__).parent / "invalid"

FAULTS = {
    "not_yaml": "это не YAML",
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


def test_an_overlay_adds_sources_and_may_not_redeclare_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MCU_SOURCES_OVERLAY", str(tmp_path))
    settings.cache_clear()
    try:
        text = (registry.FOLDER / "pos.yml").read_text(encoding="utf-8")
        (tmp_path / "pos_two.yml").write_text(text.replace("slug: pos", "slug: pos_two"), encoding="utf-8")
        assert "pos_two" in registry.all_sources()
        (tmp_path / "pos.yml").write_text(text, encoding="utf-8")
        with pytest.raises(SpecError, match="источник «pos» объявлен дважды"):
            registry.all_sources()
    finally:
        settings.cache_clear()
