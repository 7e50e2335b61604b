"""Sending documents: a person approves one of them here, or on the command line; what is approved leaves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import Param, dag, task

from mcu.dag_defaults import task_defaults
from mcu.errors import UserError


@dag(
    dag_display_name="Публикация: утверждение и отправка",
    description="Утверждение публикации человеком и её отправка адресатам",
    doc_md="""
### Что делает
Показывает публикацию, ждёт утверждения человеком (кнопка «Approve» на странице Required Actions) и отправляет её по
адресам секрета `publication_addresses`: почтой, по SFTP или HTTPS. Подтверждение получателя хранится в `ops.sendings`.
Без утверждения ничего не уходит.

### Когда
Вручную, с параметром `publication_id` (номер из `mcu publications list`); следующая ждёт решения по предыдущей.

### Если не выполнено
Причина — в журнале задачи. Повторный запуск безопасен: полученное не отправляется снова; письмо, подтверждение
которого утрачено, уходит ещё раз с пометкой «Повтор». То же из командной строки: `mcu publications approve`,
`mcu publications send`.
""",
    schedule=None,
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(days=7),
    tags=["публикация"],
    params={"publication_id": Param(None, type=["null", "integer"], title="Номер публикации")},
    default_args=task_defaults(timedelta(minutes=30), retries=4, retry_delay=timedelta(minutes=15), retry_policy=None),
)
def send_publications() -> None:
    @task(task_display_name="Показать публикацию")
    def show(**context: Any) -> str:
        from mcu.publications.approval import shown

        lines = "\n\n".join(shown(context["params"]["publication_id"]))
        print(lines)
        return lines

    approve = ApprovalOperator(
        task_id="approve",
        task_display_name="Утверждение человеком",
        subject="Утвердить и отправить публикацию № {{ params.publication_id }}?",
        body="{{ ti.xcom_pull(task_ids='show') }}",
        response_timeout=timedelta(days=6),
    )

    @task(task_display_name="Отправить и сохранить подтверждение")
    def send(**context: Any) -> None:
        from mcu.publications import approval
        from mcu.publications.sending import send

        number = context["params"]["publication_id"]
        if approval.is_prepared(number):
            user = (context["ti"].xcom_pull(task_ids="approve") or {}).get("responded_by_user") or {}
            print(approval.approve(number, f"Airflow: {user.get('name') or user.get('id') or 'пользователь'}"))
        sent = send(number)
        print("\n".join(one.message for one in sent))
        if not all(one.is_received for one in sent):
            raise UserError("Получено не всеми адресатами: причины выше.")

    show() >> approve >> send()


send_publications()
