"""Kind 4, Unicode: everything is NFC, and a name or a phone in a disguise is masked while the rest stays as it came."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcu.privacy.masking import mask
from tests.cases.casework import (
    AT,
    book,
    case,
    declared,
    delimited,
    everything_written,
    json_spec,
    land,
    land_bytes,
    quick,
    table_spec,
)

SPEC = {"personal": {"text": ["text"], "verbatim": ["topic", "answer", "created_at"]}}
LATIN = "латинская буква-двойник внутри слова прячет имя"
DIGITS = "цифры не из ASCII не узнаются"
HIDDEN = "знак нулевой ширины или ударение внутри слова прячет имя"


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        case("Не чистят снег. Майоров Андрей Сергеевич", ["Майоров", "Андрей"], id="plain"),
        case(
            unicodedata.normalize("NFD", "Не чистят снег. Майоров Андрей Сергеевич"),
            ["Майоров", "Андрей"],
            id="nfd",
        ),
        case(
            unicodedata.normalize("NFD", "Не чистят снег. Звонил Алёхин С. Й."),
            ["Алёхин"],
            id="nfd-initials",
        ),
        case("Не чистят снег. Ивaнoв Иван Иванович", ["Ивaнoв", "Иванович"], id="latin-in-surname"),
        case("Не чистят снег. Иванов Ивaн Иванович", ["Иванов", "Иванович"], id="latin-in-given"),
        case("Не чистят снег. Иванов Иван Ивановuч", ["Иванов", "Ивановuч"], id="latin-in-patronymic"),
        case("Не чистят снег. Пeтров П.П.", ["Пeтров"], id="latin-with-initials"),
        case("Не чистят снег. Петров P.P.", ["Петров"], id="latin-initials"),
        case("Не чистят снег. ИВАНOВ ИВАН ИВАНОВИЧ", ["ИВАНOВ", "ИВАНОВИЧ"], id="latin-capital"),
        case("Не чистят снег. Ивάнов Иван Иванович", ["Ивα", "Иванович"], id="greek"),
        case("Не чистят снег. Ива\u200bнов Иван Ивано\u200dвич", ["нов Иван", "вич"], id="zero-width"),
        case(
            "Не чистят снег. Ива\u2061нов Ив\u2063ан Ивано\u180eвич",
            ["нов Ив", "вич"],
            id="rarer-zero-width",
        ),
        case("Не чистят снег. Ива\u0301нов Ива\u0301н Ива\u0301нович", ["нов", "нович"], id="stressed"),
        case(
            "Не чистят снег. И\u0336в\u0336а\u0336н\u0336о\u0336в\u0336 Иван Иванович",
            ["Иванович"],
            id="struck-through",
        ),
        case(
            "Не чистят снег. Ива\ufe0fнов Иван Ивано\ufe0fвич",
            ["нов Иван", "вич"],
            id="variation-selector",
        ),
        case("Не чистят снег. Иванов\u00a0Иван\u2009Иванович", ["Иванов"], id="thin-blanks"),
        case("Не чистят снег. Звоните ８９２１１２３４５６７", ["８９２１", "４５６７"], id="full-width-digits"),
        case(
            "Не чистят снег. Звоните ＋７（９２１）１２３－４５－６７",
            ["９２１", "４５"],
            id="full-width-signs",
        ),
        case("Не чистят снег. Звоните 8９2１1２3４5６7", ["９2", "６7"], id="mixed-digits"),
        case("Не чистят снег. Звоните 𝟖𝟗𝟐𝟏𝟏𝟐𝟑𝟒𝟓𝟔𝟕", ["𝟗𝟐𝟏", "𝟔𝟕"], id="mathematical-digits"),
        case("Не чистят снег. Звоните ٨٩٢١١٢٣٤٥٦٧", ["٩٢١", "٦٧"], id="arabic-digits"),
        case("Не чистят снег. Звоните ⑧⑨②①①②③④⑤⑥⑦", ["⑨②", "⑥⑦"], id="circled-digits"),
        case("Не чистят снег. Звоните 8⁹²¹¹²³⁴⁵⁶⁷", ["⁹²¹", "⁶⁷"], id="superscripts"),
        case("Не чистят снег. Звоните 8\u200b921\u200b123\u200b45\u200b67", ["921", "123"], id="zero-width-in-phone"),
        case("Не чистят снег. Звоните 8(921)123\u201145\u201167", ["921", "123"], id="no-break-hyphens"),
        case("Не чистят снег. Звоните 8 92l l23 45 67", ["92l"], id="letters-for-digits"),
        case("Не чистят снег. Звоните 8 9О2 1О0 2О О1", ["9О2"], id="o-for-zero"),
        case(
            "Не чистят снег. Пишите ivanov＠mail．ru",
            ["ivanov"],
            id="full-width-mail",
        ),
        case("Не чистят снег. Пишите ivаnоv@mаil.ru", ["ivаnоv"], id="cyrillic-in-mail"),
        case("Не чистят снег. Пишите i\u200bvanov@ma\u200bil.ru", ["vanov"], id="zero-width-mail"),
        case(
            "Не чистят снег. vk．com／id505606",
            ["505606"],
            id="full-width-link",
        ),
        case(
            "Не чистят снег. vk.сom/id505606",
            ["505606"],
            id="cyrillic-in-link",
        ),
        case("Не чистят снег. ＩvanovＡ@mail.ru", ["mail.ru"], id="full-width-letters"),
        case("Не чистят снег. паспорт ４７１２ ３４５６７８", ["３４５６７８"], id="full-width-passport"),
    ],
)
def test_a_disguise_is_masked(inbox: Path, tmp_path: Path, text: str, secrets: list[str]) -> None:
    found = land_bytes(table_spec(**SPEC), tmp_path, delimited([("1", AT, "Снег", text, "")]))
    landed = found.records["1"]["text"]
    everything = everything_written()
    # A short one may stand in a hash or a time by chance.
    places = {word: landed if len(word) < 5 else everything for word in secrets}
    assert not [w for w, where in places.items() if w in where or unicodedata.normalize("NFC", w) in where], landed
    assert landed.startswith("Не чистят снег.") and "[" in landed


@pytest.mark.parametrize(
    "text",
    [
        case("Дoрога y дома №5, cнег и лёд", id="latin-look-alikes"),
        case("Дом ５, подъезд ２", id="full-width"),
        case("Длинно\u00adе сло\u00adво", id="soft-hyphen"),
        case("Снег ❄️ и лёд 👨‍👩‍👧", id="emoji"),
        case("Замо\u0301к закрыт", id="stressed"),
        case("x² + y² = 5 м³, ½ двора", id="superscripts"),
        case("ﬁ ﬂ Ⅳ квартал", id="ligatures"),
        case("Кафе «Café» Öl", id="accents"),
    ],
)
def test_what_is_no_name_stays_as_it_came(inbox: Path, tmp_path: Path, text: str) -> None:
    found = land_bytes(table_spec(**SPEC), tmp_path, delimited([("1", AT, "Снег", text, "")]))
    assert found.records["1"]["text"] == unicodedata.normalize("NFC", text)


def nfd(value: Any) -> Any:
    return unicodedata.normalize("NFD", value) if isinstance(value, str) else value


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_decomposed_header_fits(inbox: Path, tmp_path: Path, kind: str) -> None:
    columns = {"number": "Номер", "text": "Краткий текст", "place": "Район"}
    spec = table_spec(columns, connector={"required": ["text"]}, personal={"verbatim": ["text", "place"]})
    rows = [list(columns.values()), ["1", "Ёлка и йод", "Первомайский"]]
    decomposed = [[nfd(cell) for cell in row] for row in rows]
    if kind == "csv":
        found = land_bytes(spec, tmp_path, delimited(decomposed[1:], header=decomposed[0]))
    else:
        found = land(spec, book(tmp_path / "a.xlsx", decomposed))
    assert found.is_right("1", text="Ёлка и йод", place="Первомайский")


def test_decomposed_json_is_composed(inbox: Path, tmp_path: Path) -> None:
    import json

    body = [{"id": nfd("Й-1"), nfd("район"): nfd("Первомайский"), "list": [nfd("ёж")], "deep": {nfd("й"): nfd("й")}}]
    found = land_bytes(json_spec(), tmp_path, json.dumps(body, ensure_ascii=False), "a.json")
    assert found.records == {"Й-1": {"id": "Й-1", "район": "Первомайский", "list": ["ёж"], "deep": {"й": "й"}}}


def test_one_number_in_two_forms_is_one_record(inbox: Path, tmp_path: Path) -> None:
    land_bytes(table_spec(), tmp_path, delimited([("Й-1", AT, "Снег", "т", "")]), "a.csv")
    found = land_bytes(table_spec(), tmp_path, delimited([(nfd("Й-1"), AT, "Снег", "т", "да")]), "b.csv")
    assert set(found.records) == {"Й-1"} and len(found.rows) == 2


def test_k1(empty_warehouse: Path, cases: Path) -> None:
    found = land(declared("pos_export"), cases / "k1_nfd.xlsx")
    record = found.records["А-1"]
    assert record["text"] == "Звонил [ФИО]" and record["district"] == "Первомайский"
    assert "переименован" not in found.messages and "новые поля" not in found.messages


NAMES = ("Майоров Андрей Сергеевич", "Иванова Анна Ильинична", "Петров П.П.", "8 921 123-45-67", "ivanov@mail.ru")
LIKE = dict(zip("асеорхуАВСЕНКМОРТХ", "aceopxyABCEHKMOPTX", strict=True))
FOLDS = {
    "look-alike": lambda s: LIKE.get(s, s),
    "nfd": lambda s: unicodedata.normalize("NFD", s),
    "zero-width": lambda s: s + "\u200b" if s.isalnum() else s,
    "full-width": lambda s: chr(ord(s) + 0xFEE0) if s.isdecimal() and s.isascii() else s,
    "stressed": lambda s: s + "\u0301" if s in "аеиоуыэюя" else s,
}


@given(st.sampled_from(NAMES), st.sampled_from(sorted(FOLDS)), st.sets(st.integers(0, 23), max_size=4))
@quick(80)
def test_no_fold_hides_a_person(name: str, fold: str, places: set[int]) -> None:
    """Some of the characters in a disguise, in a text that stays."""
    hidden = "".join(FOLDS[fold](sign) if n in places else sign for n, sign in enumerate(name))
    masked = mask(f"Не чистят снег, сообщил(а) {hidden}")
    assert masked.startswith("Не чистят снег, сообщил(а) [")
    assert not set("Mмайоровндпт89213") & set(masked.removeprefix("Не чистят снег, сообщил(а)")) - set(
        "ФИОТЕЛЕФОНПОЧТА[] ."
    )
