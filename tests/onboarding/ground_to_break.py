"""Copies of what a person may break, and what each tool says of it. Each function breaks one part, and asserts beside
that the other parts go on."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from ground import ROOT
from manifest_of_files import write_manifest
from mcu.alerts import airflow as task_alerts
from mcu.alerts import faulty_specs
from mcu.cli import app
from mcu.errors import UserError
from mcu.landing.load import load_source
from mcu.onboarding import sample
from mcu.onboarding.preview import check_sources
from mcu.runtime import doctor, doctor_airflow, doctor_machine, services
from mcu.runtime.finding import Finding
from mcu.secrets import put_secret
from mcu.seeds import SeedsFaulty, check_seeds
from mcu.settings import settings
from mcu.sources import registry
from mcu.sources.registry import get_source
from mcu.warehouse import dbt, transform
from mcu.warehouse.dbt import Window

Said = dict[str, str]
"""Who speaks → what is said."""


@dataclass
class Ground:
    """A folder of the test's own, patches that end with it, and the session's fixtures on demand."""

    folder: Path
    patch: pytest.MonkeyPatch
    request: pytest.FixtureRequest

    def warehouse(self) -> None:
        """The running database, empty."""
        self.request.getfixturevalue("empty_warehouse")


def mcu(*arguments: str) -> str:
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "1000"}).output


def complaints(found: Iterator[Finding]) -> list[str]:
    return [f"{finding.what}\n{finding.advice}" for finding in found if not finding.is_ok]


# ---------------------------------------------------------------- the spec of a source


def spec(ground: Ground, old: str, new: str) -> Said:
    """A change in `pos.yml`; all other sources stay declared."""
    whole = registry.all_sources()
    folder = Path(shutil.copytree(registry.FOLDER, ground.folder / "sources"))
    ground.patch.setattr(registry, "FOLDER", folder)
    text = (folder / "pos.yml").read_text(encoding="utf-8")
    assert old in text
    (folder / "pos.yml").write_text(text.replace(old, new, 1), encoding="utf-8")
    found = registry.declared()
    assert found.sources.keys() == whole.keys() - {"pos"}
    (fault,) = found.faults
    (by_doctor,) = [what for what in complaints(doctor._sources()) if "ошибка в описании" in what]
    return {
        "mcu sources check": mcu("sources", "check", "pos"),
        "mcu doctor": by_doctor,
        "alert": faulty_specs._body(fault),
    }


def slug(ground: Ground, name: str) -> Said:
    """A name that no source may have; nothing is written."""
    example = ground.folder / "a.csv"
    example.write_text("№;Дата\n1;20.11.2026 10:00\n", encoding="utf-8")
    said = mcu("sources", "new", name, "--from", str(example), "--into", str(ground.folder / "overlay"))
    assert not (ground.folder / "overlay").exists()
    return {"mcu sources new": said}


# ---------------------------------------------------------------- reference data, dashboards, SQL


def project(ground: Ground) -> Path:
    """A copy of the dbt project that stands in for it."""
    copy = Path(shutil.copytree(ROOT / "dbt_project", ground.folder / "dbt_project"))
    for module in (dbt, transform):
        ground.patch.setattr(module, "PROJECT", copy)
    return copy


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path.name}: {old}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def seed(ground: Ground, name: str, old: str, new: str) -> Said:
    """A change in a seed. The fault is the only one, and dbt is not started: the last marts stay as they are."""
    copy, started = project(ground), []
    replace(copy / "seeds" / f"{name}.csv", old, new)
    ground.patch.setattr(transform, "run_dbt", lambda *_, **__: started.append(True))
    with pytest.raises(SeedsFaulty) as by_build:
        transform.build(Window(settings().as_of, 0, 0), None)
    assert len(by_build.value.fields["faults"]) == 1 and started == []
    with pytest.raises(SeedsFaulty) as by_check:
        check_seeds(copy, ROOT / "docs" / "indicators")
    (by_doctor,) = complaints(doctor._seeds())
    return {
        "make check": str(by_check.value),
        "build": str(by_build.value),
        "alert": task_alerts._body({}, by_build.value),
        "mcu doctor": by_doctor,
    }


def indicator(ground: Ground, *, page: bool) -> Said:
    """An indicator without its page, or without its row in the catalogue."""
    copy, pages = project(ground), Path(shutil.copytree(ROOT / "docs" / "indicators", ground.folder / "pages"))
    if page:
        (pages / "repeat_share.md").unlink()
    else:
        (copy / "models/marts/indicators/ind_mine.sql").write_text("select 'mine' as indicator_code", encoding="utf-8")
    with pytest.raises(SeedsFaulty) as failed:
        check_seeds(copy, pages)
    assert len(failed.value.fields["faults"]) == 1
    return {"make check": str(failed.value)}


def chain(ground: Ground, change: Callable[[Path, Path], None]) -> Said:
    """A change in the dbt project or its manifest that a dashboard notices; no other dashboard or model is named."""
    ground.patch.syspath_prepend(str(ROOT / "superset"))
    from deploy.chain import problems

    copy, manifest = project(ground), write_manifest(ground.folder / "manifest.json")
    change(copy, manifest)
    found = problems(ROOT / "superset" / "assets", manifest, copy)
    assert 1 <= len(found) <= 2, found
    return {"make check": "\n".join(found)}


def files_of(ground: Ground, source: str, text: str) -> None:
    folder = ground.folder / "in"
    folder.mkdir()
    (folder / "выгрузка.csv").write_text(text, encoding="utf-8")
    ground.patch.setenv(f"MCU_SECRET_CONN_{source.upper()}", folder.as_uri())


HEADER = "Номер сообщения;Муниципальное образование;Дата создания;Статус;Тема;Текст сообщения\n"
STAGING = """
    select payload ->> 'municipality' as municipality_ref, payload ->> 'status' as status_ref,
        null::text as topic_ref, null::text as recipient_ref, now() as received_at
    from "mcu"."raw"."{slug}"
"""


def staging(ground: Ground, *, is_broken: bool) -> Said:
    """The staging of one source does not run, or a status has no row in the maps; another source's runs."""
    ground.warehouse()
    good = {name: STAGING.format(slug=name) for name in ("pos_export", "incident")}
    broken = good["pos_export"].replace("payload ->> 'status'", "payload ->> 'status' as")
    ground.patch.setattr(sample, "compile_staging", lambda _: good | ({"pos_export": broken} if is_broken else {}))
    records = [("1", {"municipality": "город Мурманск", "status": "Новое"})]
    neighbour = sample.gaps_in_samples({"pos_export": records, "incident": records})["incident"]
    assert neighbour == []
    files_of(ground, "pos_export", f"{HEADER}1;город Мурманск;20.11.2026 10:00;Ждёт бригаду;Снег;Темно\n")
    said = {"mcu sources check": mcu("sources", "check", "pos_export")}
    if is_broken:
        line = "Database Error in model stg_pos_export__items (models/staging/pos_export/stg_pos_export__items.sql)"
        said["build"] = str(dbt._failure("build", [line], ground.folder / "dbt.log"))
    return said


# ---------------------------------------------------------------- sources that answer wrongly


def answers(ground: Ground, url: str) -> Said:
    """A source of the network that refuses us; a source of files beside it can be read."""
    ground.warehouse()
    ground.patch.setenv("MCU_SECRET_CONN_POS", url)
    files_of(ground, "pos_export", f"{HEADER}1;город Мурманск;20.11.2026 10:00;Новое;Снег;Темно\n")
    checked = check_sources([get_source("pos"), get_source("pos_export")])
    assert checked["pos_export"].is_good and not checked["pos"].is_good
    with pytest.raises(UserError) as by_load:
        load_source(get_source("pos"))
    (by_doctor,) = complaints(doctor._answers())
    return {
        "mcu sources check": checked["pos"].message,
        "mcu doctor": by_doctor,
        "alert": task_alerts._body({}, by_load.value),
    }


def no_address(ground: Ground) -> Said:
    (ground.folder / "secrets").mkdir(mode=0o700)
    own_folder(ground)
    return {
        "mcu sources check": mcu("sources", "check", "pos"),
        "mcu doctor": "\n".join(f"{found.what} {found.advice}" for found in doctor._sources() if " pos" in found.what),
    }


def dates(ground: Ground, written: str) -> Said:
    """All records have such a date; another source beside it can be read."""
    files_of(ground, "pos_export", f"{HEADER}1;город Мурманск;{written};Новое;Снег;Темно\n")
    return {"mcu sources check": mcu("sources", "check", "pos_export")}


# ---------------------------------------------------------------- the installation


def own_folder(ground: Ground) -> Path:
    """An installation without anything; its secrets."""
    ground.patch.setenv("MCU_VAR", str(ground.folder))
    settings.cache_clear()
    return ground.folder / "secrets"


def dag_file(ground: Ground) -> Said:
    (ground.folder / "dags").mkdir()
    (ground.folder / "dags" / "good.py").write_text("x = 1\n")
    (ground.folder / "dags" / "mine.py").write_text("def broken(:\n")
    ground.patch.setattr(doctor_airflow, "ROOT", ground.folder)
    (said,) = complaints(doctor_airflow.dag_files())
    return {"mcu doctor": said}


def password(ground: Ground) -> Said:
    """The password of one role; the other roles are let in."""
    ground.warehouse()
    ground.patch.setenv("MCU_SECRET_PG_LOADER", "wrong")
    (said,) = complaints(doctor_machine.database())
    return {"mcu doctor": said, "every command": mcu("loads", "list")}


def port(ground: Ground) -> Said:
    own_folder(ground)
    with socket.create_server(("127.0.0.1", settings().superset_port)):
        (by_doctor,) = [what for what in complaints(doctor_machine.services()) if "Superset" in what]
        with pytest.raises(Exception, match="занят") as by_up:
            services.SUPERSET.start()
    return {"mcu doctor": by_doctor, "make up": str(by_up.value)}


def disk(ground: Ground) -> Said:
    ground.patch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=2**29))
    (said,) = complaints(doctor_machine.disk())
    return {"mcu doctor": said}


def unwritable(ground: Ground) -> Said:
    ground.patch.setattr(os, "access", lambda *_: False)  # root may write into any folder
    (said,) = complaints(doctor_machine.disk())
    return {"mcu doctor": said, "make install": install(ground, "echo 3.11", var=False)["make install"]}


def secret(ground: Ground, *, is_readable: bool) -> Said:
    """One secret of two; the other is not named."""
    folder = own_folder(ground)
    put_secret("conn_good", "file:///")
    put_secret("conn_mine", "file:///" if not is_readable else " ")
    if not is_readable:
        access = os.access
        ground.patch.setattr(os, "access", lambda path, mode: Path(path).name != "conn_mine" and access(path, mode))
    (said,) = complaints(doctor_machine.secrets())
    assert "conn_good" not in said and folder.exists()
    return {"mcu doctor": said}


def install(ground: Ground, python: str, *, var: bool = True) -> Said:
    """What the installation says to this `python3`; without `var`, a file stands where the folder should be."""
    program = ground.folder / "python3"
    program.write_text(f"#!/bin/sh\n{python}\n")
    program.chmod(0o755)
    if not var:
        (ground.folder / "var").write_text("in the way")
    done = subprocess.run(
        ["sh", str(ROOT / "install.sh"), "check", str(program), "uv"],
        cwd=ground.folder, text=True, capture_output=True,
    )  # fmt: skip  # a table
    assert done.returncode == 1
    return {"make install": done.stderr}
