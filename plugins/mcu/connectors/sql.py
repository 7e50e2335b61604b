"""A table or view of another PostgreSQL database, read through a server-side cursor in one snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import count

import psycopg
from psycopg import errors, sql
from psycopg.types.json import set_json_loads

from mcu.connectors import exact_json
from mcu.connectors.base import Connector, Page, SourceError, Window
from mcu.connectors.deadline import Limit
from mcu.connectors.params import Sql
from mcu.settings import settings


class SqlConnector(Connector):
    def __init__(self, params: Sql, url: str) -> None:
        self._params = params
        self._url = url
        self._limit = Limit(params.timeout_seconds)

    def pages(self, window: Window) -> Iterator[Page]:
        """Rows as JSON made by the source's database, ordered by (updated_at, key). The session has the municipality's
        time zone: a column without a zone holds local time, and the window is compared with it as such.
        Rows without `updated_at` are read every time: whether they changed is unknown."""
        p = self._params
        try:
            limit = f"-c timezone={settings().timezone} -c statement_timeout={p.timeout_seconds * 1000:.0f}"
            with psycopg.connect(
                self._url,
                connect_timeout=max(2, min(10, int(p.timeout_seconds))),  # libpq's minimum is two seconds
                options=limit,
                # A server that vanished without closing the connection is given up after a minute.
                keepalives_idle=30,
                keepalives_interval=10,
                keepalives_count=3,
            ) as conn:
                conn.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                conn.read_only = True
                set_json_loads(exact_json.loads, conn)
                limited = partial(self._limit.over, lambda: [conn.fileno()])
                with conn.cursor("mcu_fetch") as cursor:
                    cursor.itersize = p.batch_size
                    with limited():
                        cursor.execute(self._query(), {"since": window.since, "until": window.until})
                    for number in count(1):
                        with limited():
                            rows = cursor.fetchmany(p.batch_size)
                            if not rows:
                                cursor.close()
                                conn.rollback()
                                return
                        yield Page([record for (record,) in rows], f"порция {number}")
        except errors.UndefinedTable:
            raise SourceError(f"База источника: нет таблицы или представления {p.relation}.") from None
        except errors.UndefinedColumn:
            raise SourceError(
                f"База источника: в {p.relation} нет столбца «{p.key}» или «{p.updated_at}»."
                " Проверьте описание источника."
            ) from None
        except errors.InsufficientPrivilege:
            raise SourceError(f"База источника: нет права читать {p.relation}. Попросите право SELECT.") from None
        except errors.QueryCanceled:
            raise self._too_slow() from None
        except psycopg.OperationalError as error:
            if self._limit.is_over:  # a server that hangs does not cancel its own query
                raise self._too_slow() from None
            raise SourceError(
                f"База источника {_place(self._url)} не отвечает или прервала чтение ({type(error).__name__})."
                " Проверьте адрес, пароль и доступность."
            ) from None
        except psycopg.Error as error:
            raise SourceError(
                f"База источника: ошибка чтения {p.relation} ({type(error).__name__}, {error.sqlstate})."
            ) from None

    def _too_slow(self) -> SourceError:
        p = self._params
        return SourceError(
            f"База источника: {p.relation} не отдаёт строки дольше {p.timeout_seconds:g} с."
            " Нужен индекс по времени изменения, или база перегружена."
        )

    def _query(self) -> sql.Composed:
        p = self._params
        return sql.SQL(
            "select row_to_json(t) from {relation} as t"
            " where t.{updated_at} is null"
            " or ((%(since)s::timestamptz is null or t.{updated_at} >= %(since)s)"
            " and (%(until)s::timestamptz is null or t.{updated_at} < %(until)s))"
            " order by t.{updated_at}, t.{key}"
        ).format(
            relation=sql.Identifier(*p.relation.split(".")),
            updated_at=sql.Identifier(p.updated_at),
            key=sql.Identifier(p.key),
        )


def _place(url: str) -> str:
    """Host and port of a connection, never its user or password."""
    try:
        parts = psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.Error:
        return ""
    return f"{parts.get('host', '')}:{parts.get('port', 5432)}"
