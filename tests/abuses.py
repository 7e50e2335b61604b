"""What somebody may try who can read the warehouse, by a login of PostgreSQL or by a chart's own SQL."""

from __future__ import annotations

ABUSES = {
    # locks of the platform
    "lock": "select pg_advisory_lock(hashtext('mcu.transform'))",
    "lock of two keys": "select pg_advisory_lock(hashtext('mcu.load'), hashtext('pos'))",
    "shared lock": "select pg_advisory_lock_shared(1)",
    "lock of a transaction": "select pg_advisory_xact_lock(1)",
    "tried lock": "select pg_try_advisory_lock(1)",
    # a connection held
    "sleep": "select pg_sleep(1)",
    "sleep for": "select pg_sleep_for('1 second')",
    "sleep until": "select pg_sleep_until(now() + interval '1 second')",
    # a query in a text
    "query to xml": "select query_to_xml('select 1', true, true, '')",
    "query to schema": "select query_to_xml_and_xmlschema('select 1', true, true, '')",
    "table to xml": "select table_to_xml('pg_class', true, true, '')",
    "schema to xml": "select schema_to_xml('public', true, true, '')",
    "database to xml": "select database_to_xml(true, true, '')",
    "cursor to xml": "select cursor_to_xml('c', 1, true, true, '')",
    "words of a query": "select * from ts_stat('select to_tsvector(''a'')')",
    "rewritten words": "select ts_rewrite('a'::tsquery, 'select ''a''::tsquery, ''b''::tsquery')",
    # limits lifted
    "setting by a function": "select set_config('statement_timeout', '0', false)",
    "setting by a view": "update pg_settings set setting = '0' where name = 'statement_timeout'",
    "limit of files": "set temp_file_limit = -1",
    # others' queries
    "cancel": "select pg_cancel_backend(pid) from (values (1)) as t (pid)",
    "terminate": "select pg_terminate_backend(1)",
    "others' queries": "select query from pg_stat_activity",
    # writing
    "table": "create table public.mine (n int)",
    "temporary table": "create temporary table mine (n int)",
    "function": "create function public.f() returns int language sql as 'select 1'",
    "program": "do $$ begin null; end $$",
    "large object": "select lo_from_bytea(0, 'x')",
    "large object read": "select lo_get(1)",
    "log of changes": "select pg_logical_emit_message(false, 'x', repeat('x', 100))",
    "message": "select pg_notify('x', 'y')",
    "snapshot": "select pg_export_snapshot()",
    # the server's files and programs
    "file": "select pg_read_file('/etc/passwd')",
    "binary file": "select pg_read_binary_file('/etc/passwd')",
    "folder": "select pg_ls_dir('/')",
    "file by lo": "select lo_import('/etc/passwd')",
    "copy from a file": "copy (select 1) to '/tmp/x'",
    "copy to a program": "copy (select 1) to program 'id'",
    "extension": "create extension dblink",
    # what it may not read
    "raw": "select * from raw.probe",
    "ledger": "select * from ops.loads",
    "passwords": "select rolpassword from pg_authid",
    "other role": "set role mcu_loader",
    "large objects": "select * from pg_largeobject",
    "samples of columns": "select stavalues1 from pg_statistic",
}


def as_expressions() -> dict[str, str]:
    """The abuses that can be tried as the SQL of a column or a measure."""
    queries = {name: sql for name, sql in ABUSES.items() if sql.startswith("select ")}
    return {name: f"({sql})" if " from " in sql else sql.removeprefix("select ") for name, sql in queries.items()}
