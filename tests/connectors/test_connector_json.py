"""JSON files: a list, an object with a list in it, or one record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from mcu.connectors.files import FileRefused, FileTorn, read_file
from mcu.connectors.files import jsonfile as json_reader
from mcu.connectors.params import Files

PLAIN = Files(type="files", connection="demo", format="json")
NESTED = PLAIN.model_copy(update={"items": "data.appeals"})
RECORDS = [{"number": f"О-{n}", "questions": [{"code": "1", "sum": 1.5}], "isDirect": True} for n in range(5)]


def read(path: Path, params: Files = PLAIN) -> list[Any]:
    return [record for page in read_file(path, params) for record in page.records]


def written(path: Path, body: Any, encoding: str = "utf-8") -> Path:
    path.write_text(json.dumps(body, ensure_ascii=False), encoding=encoding)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_list(tmp_path: Path, encoding: str) -> None:
    assert read(written(tmp_path / "a.json", RECORDS, encoding)) == RECORDS


def test_a_list_inside_an_object(tmp_path: Path) -> None:
    assert read(written(tmp_path / "a.json", {"v": 1, "data": {"appeals": RECORDS}}), NESTED) == RECORDS


def test_one_record(tmp_path: Path) -> None:
    assert read(written(tmp_path / "a.json", RECORDS[0])) == RECORDS[:1]


def test_a_declared_encoding(tmp_path: Path) -> None:
    path = written(tmp_path / "a.json", RECORDS, "cp1251")
    assert read(path, PLAIN.model_copy(update={"encoding": "cp1251"})) == RECORDS
    with pytest.raises(FileRefused, match="не читается в кодировке UTF-8"):
        read(path)


def test_pages_end_by_bytes_and_show_where_a_record_stood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_reader, "PAGE_BYTES", 100_000)
    large = [{"n": n, "text": "я" * 50_000} for n in range(7)]
    pages = list(read_file(written(tmp_path / "a.json", large), PLAIN))
    assert len(pages) > 1
    assert [r["n"] for page in pages for r in page.records] == list(range(7))
    assert pages[-1].position(len(pages[-1].records) - 1) == "файл, запись 7"


@pytest.mark.parametrize("share", [0.05, 0.5, 0.99])
def test_a_torn_file(tmp_path: Path, share: float) -> None:
    path = written(tmp_path / "a.json", RECORDS)
    body = path.read_bytes()
    path.write_bytes(body[: int(len(body) * share)])
    with pytest.raises(FileTorn, match="записан не до конца"):
        read(path)


@pytest.mark.parametrize("body", ["<html>", "[{'a': 1}]", "[1] [2]", "[1 2]", '[{"a":nul}]', '[{"a":1]}', '"a"'])
def test_no_json(tmp_path: Path, body: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(body)
    with pytest.raises(FileRefused, match=r"не (целый )?JSON"):
        read(path)


@pytest.mark.parametrize("body", [{"data": {}}, {"data": {"appeals": []}}, {"data": {"appeals": {"a": 1}}}, []])
def test_no_records(tmp_path: Path, body: Any) -> None:
    with pytest.raises(FileRefused, match=r"список «data\.appeals» пуст или его нет"):
        read(written(tmp_path / "a.json", body), NESTED)


def test_table_and_json_do_not_mix() -> None:
    with pytest.raises(ValidationError, match="есть только у таблиц"):
        Files(type="files", connection="demo", format="json", columns={"a": "А"})
    with pytest.raises(ValidationError, match="таблице нужны столбцы"):
        Files(type="files", connection="demo")
