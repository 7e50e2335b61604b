"""The small kill matrix, without Airflow: each process × two moments; afterwards raw equals the undisturbed run."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from time import sleep

import pytest

from ground import add_evidence, free_port
from mcu.secrets import put_secret
from mcu.settings import settings
from mcu.warehouse import bootstrap, embedded
from tests.landing.conftest import raw, record
from tests.landing.server import Source, serve
from tests.recovery.cells import VICTIMS, end, finish, heal, open_rows, start_load

RECORDS = 150


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    """A warehouse of its own, for its server is killed; a source, and its undisturbed load `calm`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MCU_VAR", str(tmp_path_factory.mktemp("kills")))
        patch.setenv("MCU_PG_PORT", str(free_port()))
        patch.setattr("mcu.connectors.retries.BACKOFF_SECONDS", 0.01)
        settings.cache_clear()
        embedded.start()
        bootstrap.bootstrap()
        source = Source([record(n) for n in range(RECORDS)])
        with serve(source) as url:
            put_secret("conn_demo", url)
            finish("calm")
            yield source
        embedded.stop()
    settings.cache_clear()


@pytest.mark.parametrize("moment", ["загрузка", "перед проверкой"])
@pytest.mark.parametrize("victim", VICTIMS)
def test_kill(victim: str, moment: str, source: Source) -> None:
    slug = f"k{list(VICTIMS).index(victim)}_{moment == 'загрузка':d}"
    source.seen.clear()
    source.delay = 0.05 if moment == "загрузка" else 0
    work = start_load(slug, pause=0 if moment == "загрузка" else 60)
    assert work.stdout is not None
    if moment == "загрузка":
        assert source.seen.wait(60)
        sleep(Random(slug).uniform(0.2, 0.6))
    else:
        assert work.stdout.readline() == b"landed\n"
    VICTIMS[victim](work)
    end(work)
    source.delay = 0
    heal()
    finish(slug)
    assert raw(slug) == raw(slug, is_accepted=True) == raw("calm") and len(raw("calm")) == RECORDS
    assert open_rows(slug) == 0
    add_evidence(
        "Остановки без Airflow: процесс × момент", f"{victim:20}{moment:18}равно невозмущённому: {RECORDS} записей"
    )
