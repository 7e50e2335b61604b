"""A fault in the reference data is named with file and row, before dbt and without a database."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ground import ROOT
from mcu.seeds import SeedsFaulty, check_seeds
from mcu.seeds.declared import read_declarations
from mcu.seeds.read import read_seeds
from mcu.warehouse import transform
from mcu.warehouse.dbt import Window

PROJECT, PAGES = ROOT / "dbt_project", ROOT / "docs" / "indicators"
Rows = list[dict[str, str]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the dbt project with the pages beside it."""
    shutil.copytree(PAGES, tmp_path / "pages")
    return Path(shutil.copytree(PROJECT, tmp_path / "dbt_project"))


def change(project: Path, seed: str, how: Callable[[Rows], object]) -> None:
    """Change the rows of a seed in place."""
    path = project / "seeds" / f"{seed}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows, fields = list(reader), list(reader.fieldnames or [])
    how(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fields, lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(rows)


def faults(project: Path) -> list[str]:
    with pytest.raises(SeedsFaulty) as failed:
        check_seeds(project, project.parent / "pages")
    return [line.strip() for line in str(failed.value).splitlines()[1:]]


def row_of(rows: Rows, column: str, value: str) -> dict[str, str]:
    return next(row for row in rows if row[column] == value)


def test_todays_reference_data_is_sound() -> None:
    check_seeds(PROJECT, PAGES)


@pytest.mark.parametrize("seed", sorted(path.stem for path in (PROJECT / "seeds").glob("*.csv")))
def test_a_doubled_row_is_named_with_both_lines(project: Path, seed: str) -> None:
    assert read_declarations(project)[seed].keys, "every seed has a key"
    if not (rows := read_seeds(project)[seed].rows):
        day = "2026-10-01,2026-11-02,day_off,false,,,Перенос,Постановление"
        (project / "seeds" / f"{seed}.csv").open("a", encoding="utf-8").write(f"{day}\n{day}\n")
        assert f"seeds/{seed}.csv, строка 3: повторяет строку 2: " in "\n".join(faults(project))
        return
    change(project, seed, lambda found: found.append(found[0]))
    (fault, *_) = faults(project)
    assert fault.startswith(f"seeds/{seed}.csv, строка {rows[-1].line + 1}: повторяет строку {rows[0].line}: ")


UNKNOWN = {
    "sector_blocks": "municipality_code",
    "topic_blocks": "theme_code",
    "recipients": "block_code",
    "municipality_map": "municipality_code",
    "status_map": "status_code",
    "topic_map": "topic_code",
    "recipient_map": "recipient_code",
    "measure_status_map": "status_code",
    "deadline_rules": "channel_code",
    "indicator_plans": "indicator_code",
    "indicators": "unit",
    "external_figure_codes": "indicator_code",
    "calendar_days": "kind",
}
"""Seed → a column that refers to another seed, or has a list of values."""


@pytest.mark.parametrize(("seed", "column"), UNKNOWN.items())
def test_an_unknown_code_is_named_with_its_line(project: Path, seed: str, column: str) -> None:
    change(project, seed, lambda rows: rows[0].update({column: "нетакого"}))
    assert faults(project)[0].startswith(f"seeds/{seed}.csv, строка 2: {column} «нетакого»: ")


def test_gap_overlap_and_end_before_begin_are_named(project: Path) -> None:
    def rules(rows: Rows) -> None:
        row_of(rows, "rule_code", "im_first_reply")["valid_to"] = "2026-06-01"
        rows.append(row_of(rows, "rule_code", "fz59_final") | {"rule_code": "fz59_other", "valid_from": "2026-01-01"})
        row_of(rows, "rule_code", "pos_final")["valid_to"] = "2019-01-01"

    def hours(rows: Rows) -> None:
        monday, tuesday = (
            r for r in rows if r["schedule_code"] == "office" and r["interval_no"] == "1" and r["weekday"] in "12"
        )
        rows += [monday | {"valid_from": "2026-07-01"}, tuesday | {"valid_from": "2026-07-02"}]
        monday["valid_to"], tuesday["valid_to"] = "2026-07-02", "2026-07-01"

    change(project, "deadline_rules", rules)
    change(project, "work_schedules", hours)
    said = "\n".join(faults(project))
    assert "строка 10: разрыв после строки 9 (im_first_reply и im_first_reply_2026): с 2026-06-01 до 2026-07-01" in said
    assert (
        "строка 27: наложение на строку 4 (fz59_final и fz59_other): та действует бессрочно, эта — с 2026-01-01" in said
    )
    assert "строка 6: окончание 2019-01-01 не позже начала 2020-11-10" in said
    assert "work_schedules.csv, строка 19: наложение на строку 2" in said
    assert "work_schedules.csv, строка 20: разрыв после строки 4" in said
    assert len(said.splitlines()) == 5


@pytest.mark.parametrize("seed", ["status_map", "topic_map", "recipient_map", "recipients", "rating_schemes"])
def test_rows_of_one_key_in_force_together_are_named(project: Path, seed: str) -> None:
    change(project, seed, lambda rows: rows.append(rows[0] | {"valid_from": "2031-01-01"}))
    (fault,) = faults(project)
    assert f"seeds/{seed}.csv" in fault and "наложение на строку 2: та действует" in fault


def test_cells_that_cannot_be_read_and_a_wrong_header_are_named(project: Path) -> None:
    change(project, "topics", lambda rows: rows[0].update(is_key="да"))
    change(project, "recipients", lambda rows: rows[1].update(valid_from="01.01.2024"))
    (project / "seeds" / "kinds.csv").write_text("kind,titel\nappeal,Обращение\n", encoding="utf-8")
    with (project / "seeds" / "stages.csv").open("a", encoding="utf-8") as file:
        file.write("extra,Лишняя, запятая,,executor,9\n")
    said = "\n".join(faults(project))
    assert "seeds/topics.csv, строка 2: is_key «да»: нужно true или false" in said
    assert "seeds/recipients.csv, строка 3: valid_from «01.01.2024»: нужна дата вида 2026-10-31" in said
    assert "seeds/kinds.csv, заголовок: нет столбцов: title; лишние столбцы: titel" in said
    assert "seeds/stages.csv, строка 12: ячеек больше или меньше, чем столбцов (5)" in said


SQL = "models/marts/indicators/ind_mine_share.sql"
ROW = "mine_share,Моя доля,доля,share,more,Моё / всё,МЦУ,Регламент,,9,false\n"
PAGE = """# Моя доля

| | |
|---|---|
| Код | `mine_share` |
| Вид значения | доля (`share`) |
| Единица | доля, больше — лучше |
| Определение | Моё среди всего. |
| Числитель | моё |
| Знаменатель | всё |
| Источник | fct_feedback |
| Исключения | нет |
| Плановое значение | не устанавливается |
| Кто принимает решения | МЦУ |
| Основание | Регламент |
| Как можно исказить | Назвать чужое своим. |
| Чего не показывает | Чужого. |
"""


def add_indicator(project: Path, sql: str = "mine_share", row: str = ROW, page: str = PAGE) -> None:
    if sql:
        (project / SQL).write_text(f"select '{sql}' as indicator_code", encoding="utf-8")
    with (project / "seeds" / "indicators.csv").open("a", encoding="utf-8") as file:
        file.write(row)
    if page:
        (project.parent / "pages" / "mine_share.md").write_text(page, encoding="utf-8")


def test_an_indicator_of_three_places_is_sound(project: Path) -> None:
    add_indicator(project)
    check_seeds(project, project.parent / "pages")


@pytest.mark.parametrize(
    ("places", "said"),
    [
        ({"row": "", "page": ""}, f"{SQL}: показателя «mine_share» нет в seeds/indicators.csv"),
        ({"sql": ""}, "строка 24: показатель «mine_share»: нет расчёта; добавьте models/marts/indicators/ind_"),
        ({"page": ""}, "строка 24: показатель «mine_share»: нет страницы docs/indicators/mine_share.md"),
        ({"row": "", "sql": ""}, "docs/indicators/mine_share.md: показателя «mine_share» нет в seeds/indicators.csv"),
        ({"sql": "my_share"}, f"{SQL}: в столбце indicator_code должно быть 'mine_share'"),
        ({"row": ROW.replace("доля,share", "часы,share")}, "единица «доля» бывает только у вида share"),
        ({"row": ROW.replace("share,more", "сумма,more")}, "aggregation «сумма»: нет в списке допустимых (count, "),
        ({"page": PAGE.replace("(`share`)", "(`mean`)")}, "Вид значения: сказано «доля (`mean`)», по каталогу — "),
        ({"page": PAGE.replace("доля, больше", "часы, больше")}, "Единица: сказано «часы, больше — лучше»"),
        (
            {"page": PAGE.replace("| Основание | Регламент |", "| Основание | Закон |")},
            "Основание: сказано «Закон», по каталогу",
        ),
        ({"page": PAGE.replace("Назвать чужое своим.", "—")}, "mine_share.md: нет строки «Как можно исказить»"),
        ({"row": ROW.replace("доля,share", "дни,percentile").replace("false", "true")}, "поставьте in_package false"),
        ({"page": PAGE.replace("# Моя", "# Чья")}, "заголовок: сказано «Чья доля», по каталогу — «Моя доля»"),
    ],
)
def test_places_that_contradict_are_named(project: Path, places: dict[str, str], said: str) -> None:
    add_indicator(project, **places)
    assert said in "\n".join(faults(project))


def test_the_build_says_the_same_before_dbt_starts(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are no part of a server; the build does not ask for them."""
    started: list[object] = []
    monkeypatch.setattr(transform, "PROJECT", project)
    monkeypatch.setattr(transform, "run_dbt", lambda *given, **_: started.append(given))
    monkeypatch.setattr(transform, "prepare", lambda basis: None)
    window = Window(datetime(2026, 11, 20, tzinfo=UTC), 0, 0)
    add_indicator(project, page="")
    transform.build(window, None)
    assert len(started) == 1
    change(project, "topics", lambda rows: rows.append(rows[0]))
    with pytest.raises(SeedsFaulty, match=r"seeds/topics\.csv, строка 84: повторяет строку 2: topic_code"):
        transform.build(window, None)
    assert len(started) == 1


def test_blocks_of_different_names_meet_in_one_branch() -> None:
    """Municipalities name and split their blocks differently; a comparison by branch has one row for each branch."""
    seeds = read_seeds(PROJECT)
    branches = {row.cells["block_code"]: row.cells["branch_code"] for row in seeds["sector_blocks"].rows}
    titles = {row.cells["block_code"]: row.cells["title"] for row in seeds["sector_blocks"].rows}
    assert set(branches.values()) == seeds["branches"].values("branch_code"), "no branch without a block"
    met: dict[str, set[str]] = {}
    named: dict[str, set[str]] = {}
    for row in seeds["topic_blocks"].rows:
        met.setdefault(row.cells["theme_code"], set()).add(branches[row.cells["block_code"]])
        named.setdefault(row.cells["theme_code"], set()).add(titles[row.cells["block_code"]])
    # every block of every municipality stands under a branch, blocks of one name under the same one
    assert set(branches) == titles.keys() and all(branches.values())
    by_title: dict[str, set[str]] = {}
    for block, title in titles.items():
        by_title.setdefault(title.replace("ё", "е").lower(), set()).add(branches[block])
    assert [title for title, found in by_title.items() if len(found) > 1] == []
    # a theme falls into the branch of most municipalities, unless one has no block there
    own: dict[str, set[str]] = {}
    for block, branch in branches.items():
        own.setdefault(block.partition(".")[0], set()).add(branch)
    fallen: dict[str, dict[str, str]] = {}
    for row in seeds["topic_blocks"].rows:
        theme, place = row.cells["theme_code"], row.cells["municipality_code"]
        fallen.setdefault(theme, {})[place] = branches[row.cells["block_code"]]
    for theme, places in fallen.items():
        (usual, _), *_ = Counter(places.values()).most_common(1)
        assert [place for place, branch in places.items() if branch != usual and usual in own[place]] == [], theme
        assert len(places) == len(own), f"{theme}: every municipality answers for it in some block"
    for theme in ("zhkh", "improvement", "energy", "tko", "roads", "transport", "education", "minors"):
        assert len(met[theme]) == 1, (theme, met[theme])
    assert len(named["zhkh"]) > 1 and len(named["tko"]) > 2, "or the branches do nothing"
