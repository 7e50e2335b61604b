-- What nobody may do in the warehouse without need, and how much each role may take. Safe to rerun; runs after
-- schema.sql as superuser.

-- PostgreSQL lets everybody call nearly every built-in function. So a chart's own SQL could lock the platform out
-- (pg_advisory_lock), hold a connection (pg_sleep), run a query from a text that no parser sees (query_to_xml,
-- ts_stat), write (lo_*, pg_logical_emit_message), lift its own limits (set_config) or end the queries of others
-- (pg_cancel_backend). Therefore everybody keeps only those volatile functions that are named here as harmless, and
-- nobody keeps those of the others that run a given query or show what others ask. Loading and building keep theirs.
do $$
declare
    f regprocedure;
begin
    for f in
        select p.oid
        from pg_proc as p
        where
            p.pronamespace = 'pg_catalog'::regnamespace
            and has_function_privilege('public', p.oid, 'execute')
            and case
                when p.provolatile = 'v' then p.proname not in (
                    'random', 'random_normal', 'setseed', 'gen_random_uuid', 'uuidv4', 'uuidv7', 'timeofday',
                    'clock_timestamp', 'pg_is_in_recovery', 'pg_jit_available', 'pg_collation_actual_version',
                    'pg_database_collation_actual_version', 'system', 'bernoulli'
                )
                else p.proname ~ ('_to_xml(schema|_and_xmlschema)?$|^(lo_|ts_stat|ts_rewrite|pg_sleep|pg_advisory|'
                    || 'pg_try_advisory|pg_read_|pg_ls_|dblink|pg_stat_get_activity|pg_stat_get_backend_)')
            end
    loop
        execute format('revoke execute on function %s from public', f);
        execute format('grant execute on function %s to mcu_loader, mcu_transformer', f);
    end loop;
end;
$$;
-- An update of this view is a call of set_config.
revoke update on pg_catalog.pg_settings from public;
-- `do` runs a program of the caller.
revoke usage on language plpgsql from public;
grant usage on language plpgsql to mcu_loader, mcu_transformer;

-- Other databases of the server: no role of ours has business there.
revoke connect, temporary on database postgres, template1 from public;
revoke temporary on database mcu from mcu_reader;

-- mcu_access makes people's roles (access.sql); it needs no temporary table but the one of its function.
revoke temporary on database mcu from mcu_access;

-- Whatever one role takes must leave room for the others: 200 connections serve all.
alter role mcu_reader connection limit 20;
alter role mcu_loader connection limit 60;
alter role mcu_transformer connection limit 30;
alter role mcu_airflow connection limit 70;
alter role mcu_superset connection limit 40;

-- Only the superuser can change this limit, so no session can lift it.
alter role mcu_reader set temp_file_limit = '2GB';
alter role mcu_loader set temp_file_limit = '20GB';
alter role mcu_transformer set temp_file_limit = '50GB';
alter role mcu_airflow set temp_file_limit = '5GB';
alter role mcu_superset set temp_file_limit = '5GB';

-- The reader answers people who wait at a page; Superset itself gives up after 60 seconds.
alter role mcu_reader set default_transaction_read_only = on;
alter role mcu_reader set statement_timeout = '60s';
alter role mcu_reader set transaction_timeout = '5min';
alter role mcu_reader set idle_in_transaction_session_timeout = '30s';
alter role mcu_reader set idle_session_timeout = '15min';
alter role mcu_reader set lock_timeout = '10s';
alter role mcu_reader set work_mem = '32MB';

-- A session may lengthen its own limits: PostgreSQL knows no right to forbid that. Therefore the watchdog, which looks
-- once a minute, ends what a reader's session lets run for too long.
create or replace function ops.end_long_reads(longest interval) returns integer
language sql security definer set search_path = pg_catalog, pg_temp
as $$
    select count(*) filter (where pg_terminate_backend(pid))::integer
    from pg_stat_activity
    where (usename = 'mcu_reader' or usename like 'mcu\_person\_%')
        and (state = 'active' and clock_timestamp() - query_start > longest
            or clock_timestamp() - xact_start > 5 * longest)
$$;
revoke execute on function ops.end_long_reads from public;
grant execute on function ops.end_long_reads to mcu_loader;

-- A load or a build may take two hours; what is longer hangs.
alter role mcu_loader set statement_timeout = '2h';
alter role mcu_loader set idle_in_transaction_session_timeout = '2h';
alter role mcu_transformer set statement_timeout = '2h';
alter role mcu_transformer set idle_in_transaction_session_timeout = '2h';
-- dbt sorts rarely but a million rows at a time; such a sort should not spill to disk.
alter role mcu_transformer set work_mem = '256MB';
