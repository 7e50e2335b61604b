"""One Airflow DAG for each declared feedback source: load → raw gate → outlet asset `raw/<slug>`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, Asset, CronTriggerTimetable, Param, dag, get_parsing_context, task

from mcu.dag_defaults import INGEST_POOL, task_defaults
from mcu.owners import owner_title
from mcu.secrets import is_connected
from mcu.settings import settings
from mcu.sources.registry import all_sources
from mcu.sources.spec import SourceSpec

DOC = """
### Что делает
Читает источник «{title}» (протокол `{type}`, соединение `{connection}`), убирает персональные данные, записывает новое
и изменённое в `raw.{slug}`, затем проверяет загрузку: принимает её или помещает в карантин.

### Когда
{schedule}. Если источник ничего не прислал, проверка и пересчёт витрин не запускаются. Прочитать период заново:
запустите DAG вручную, указав `since` и `until`; одинаковые записи повторно не записываются.

### Если не выполнено
* **Загрузить**: источник недоступен, отвечает слишком медленно (предел {minutes:g} мин) или изменил формат, причина
  названа в журнале задачи и в письме. Следующий запуск начнёт с последней принятой загрузки. Проверить связь:
  `mcu sources check {slug}`.
* **Проверить и принять**: ни одна загрузка не прошла проверку, показаны последние принятые данные. Посмотреть причины:
  `mcu loads list`, `mcu loads show №`; после исправления: `mcu loads replay №`.
"""


PERIOD = {
    "since": Param(
        None, type=["null", "string"], title="С какого момента читать заново (ISO 8601; дата - с начала дня)"
    ),
    "until": Param(None, type=["null", "string"], title="По какой момент (ISO 8601)"),
}
"""What a run by hand may be given: the period to fetch again."""


SLACK = timedelta(minutes=10)
"""A load ends itself after `load_minutes`. Airflow's limit, so much later, is for one that cannot."""


def _doc(spec: SourceSpec, has_connection: bool) -> str:
    """The page of a source's DAG."""
    if not has_connection:
        schedule = f"Не загружается: нет адреса соединения (секрет `conn_{spec.connector.connection}`)"
    else:
        schedule = f"По расписанию `{spec.schedule}`" if spec.schedule else "Только вручную"
    return DOC.format(
        title=spec.title,
        slug=spec.slug,
        minutes=spec.load_minutes,
        type=spec.connector.type,
        connection=spec.connector.connection,
        schedule=schedule,
    )


def _timetable(schedule: str | None) -> CronTriggerTimetable | None:
    return CronTriggerTimetable(schedule, timezone=settings().timezone) if schedule else None


def ingest_dag(spec: SourceSpec) -> DAG:
    """The DAG of one source. Run it with `since`/`until` to fetch a period again."""
    raw = Asset(f"raw/{spec.slug}")
    limit = timedelta(minutes=spec.load_minutes) + SLACK
    has_connection = is_connected(spec.connector.connection)

    @dag(
        dag_id=f"ingest_{spec.slug}",
        dag_display_name=f"Загрузка: {spec.title}",
        description=f"Загрузка источника «{spec.title}» и проверка загруженного",
        doc_md=_doc(spec, has_connection),
        schedule=_timetable(spec.schedule) if has_connection else None,
        catchup=False,
        max_active_runs=1,
        dagrun_timeout=5 * limit,
        tags=["источник"] if has_connection else ["источник", "нет соединения"],
        params=PERIOD,
        default_args=task_defaults(limit, pool=INGEST_POOL, owner=owner_title(spec.alert.owner)),
    )
    def ingest() -> None:
        @task.short_circuit(task_display_name="Загрузить")
        def load(**context: Any) -> list[dict[str, int]]:
            """Number and counts of each load to judge. An empty list ends the run here, without a failure."""
            from mcu.alerts.refusals import report_refusals
            from mcu.landing.load import load_source
            from mcu.landing.period import instant

            params = context["params"]
            results = load_source(spec, since=instant(params["since"]), until=instant(params["until"]))
            for result in results:
                print(result.message)
            report_refusals(spec, results)
            return [
                {"load_id": r.load_id, "read": r.read, "new": r.new, "rejected": r.rejected}
                for r in results
                if r.load_id is not None and r.status == "landed"
            ]

        @task(task_display_name="Проверить и принять", outlets=[raw])
        def gate(loads: list[dict[str, int]], **context: Any) -> None:
            """Accept or quarantine each load. Fails if none is accepted: a bad load does not stop a good one."""
            from mcu.quality.gate import raw_gate

            verdicts = [raw_gate(load["load_id"]) for load in loads]
            for verdict in verdicts:
                print(verdict.message)
            if not any(v.passed for v in verdicts):
                verdicts[0].raise_if_blocked()
            accepted = [load for load, verdict in zip(loads, verdicts, strict=True) if verdict.passed]
            context["outlet_events"][raw].extra = {"loads": accepted}

        gate(load())  # type: ignore[arg-type]  # what load returns, at run time

    return ingest()


# A task reads this file anew and names its DAG: it needs no other.
_asked = get_parsing_context().dag_id
for _spec in all_sources().values():
    if _asked in (None, f"ingest_{_spec.slug}"):
        globals()[f"ingest_{_spec.slug}"] = ingest_dag(_spec)
