-- The warehouse below dbt: schemas, ledgers, grants. Safe to rerun.
-- dbt creates everything in reference, staging, intermediate and marts; raw_tables.py creates raw.<slug>.

create schema if not exists raw authorization mcu_loader;
create schema if not exists ops authorization mcu_loader;
create schema if not exists reference authorization mcu_transformer;
create schema if not exists staging authorization mcu_transformer;
create schema if not exists intermediate authorization mcu_transformer;
create schema if not exists marts authorization mcu_transformer;

set role mcu_loader;

-- One row per load that brought something, written by landing/ledger.py. A load that brought nothing leaves no row.
create table if not exists ops.loads (
    load_id bigint generated always as identity primary key,
    source_slug text not null,
    status text not null check (status in ('running', 'landed', 'accepted', 'quarantined', 'refused', 'failed')),
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    window_from timestamptz,
    window_to timestamptz,
    file_name text,
    file_sha256 text,
    file_kept text,
    cursor_after jsonb,
    read_count integer not null default 0,
    new_count integer not null default 0,
    unchanged_count integer not null default 0,
    rejected_count integer not null default 0,
    control_total bigint,
    accept_no bigint unique,
    accepted_at timestamptz,
    message text,
    details jsonb not null default '{}',
    constraint counts_agree check (
        status not in ('landed', 'accepted', 'quarantined')
        or read_count = new_count + unchanged_count + rejected_count
    )
);
create index if not exists loads_by_source on ops.loads (source_slug, load_id desc);
create unique index if not exists loads_one_file on ops.loads (source_slug, file_sha256)
where status in ('accepted', 'refused');
comment on column ops.loads.accept_no is
    'order of acceptance, gap-free and in commit order; incremental models select by it';
comment on column ops.loads.message is 'what happened, in Russian, for people';

-- How far each source has been read, and whether it answers. Written by landing/source_state.py.
create table if not exists ops.source_state (
    source_slug text primary key,
    cursor jsonb,
    checked_at timestamptz not null,
    last_new_at timestamptz,
    last_error text,
    failing_since timestamptz
);

-- A record that could not land, stored masked. The same record rejected for the same reason is one row.
create table if not exists ops.rejects (
    reject_id bigint generated always as identity primary key,
    load_id bigint not null references ops.loads,
    source_slug text not null,
    record_ref text,
    position text not null,
    payload jsonb not null,
    payload_hash text not null,
    reason_code text not null,
    reason text not null,
    rejected_at timestamptz not null default clock_timestamp(),
    replayed_at timestamptz,
    replay_load_id bigint references ops.loads,
    unique (source_slug, payload_hash, reason_code)
);

-- The log of anonymisation that order № 140 of Роскомнадзор, п. 1.7, requires: counts only, no values.
create table if not exists ops.anonymization_log (
    load_id bigint not null references ops.loads,
    field text not null,
    action text not null,
    count bigint not null,
    primary key (load_id, field, action)
);

-- Each calculation of the marts and its verdict. Written by transform_runs.py.
create table if not exists ops.transform_runs (
    run_id bigint generated always as identity primary key,
    as_of timestamptz not null,
    accepted_upto bigint not null,
    definition_hash text not null,
    is_full boolean not null,
    status text not null check (status in ('running', 'built', 'passed', 'blocked', 'failed')),
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    message text
);
comment on column ops.transform_runs.status is 'built: dbt done; passed/blocked: verdict of the mart gate';

create table if not exists ops.quality_results (
    rule_code text not null,
    stage text not null check (stage in ('raw', 'mart')),
    subject text not null,
    checked_for text not null,
    as_of timestamptz,
    severity text not null check (severity in ('critical', 'warning', 'info')),
    owner text not null,
    title text not null,
    is_passed boolean not null,
    observed text,
    threshold text,
    failed_count bigint,
    examples text[] not null default '{}',
    checked_at timestamptz not null default clock_timestamp(),
    primary key (rule_code, subject, checked_for)
);
comment on column ops.quality_results.checked_for is
'load id for the raw gate, as_of for the mart gate: a repeated check replaces the row';

create table if not exists ops.alerts (
    alert_id bigint generated always as identity primary key,
    cause text not null,
    severity text not null,
    owner text not null,
    title text not null,
    body text not null,
    opened_at timestamptz not null default clock_timestamp(),
    sent_at timestamptz,
    last_seen_at timestamptz not null default clock_timestamp(),
    seen_count integer not null default 1,
    closed_at timestamptz,
    closing_sent_at timestamptz
);
create unique index if not exists alerts_one_open_by_cause on ops.alerts (cause) where closed_at is null;

create table if not exists ops.publications (
    publication_id bigint generated always as identity primary key,
    kind text not null,
    period text not null,
    municipality_code text not null,
    as_of timestamptz not null,
    revision integer not null,
    rows jsonb not null,
    rows_sha256 text not null,
    definition_hash text not null,
    files jsonb not null,
    difference jsonb,
    made_at timestamptz not null default clock_timestamp(),
    unique (kind, period, municipality_code, revision)
);

reset role;

grant usage on schema raw, ops to mcu_transformer;
grant select on all tables in schema raw, ops to mcu_transformer;
alter default privileges for role mcu_loader in schema raw, ops grant select on tables to mcu_transformer;
grant insert, update on ops.transform_runs to mcu_transformer;
grant usage, create on schema public to mcu_transformer;

grant usage on schema reference, staging, intermediate, marts to mcu_loader;
alter default privileges for role mcu_transformer in schema reference, staging, intermediate, marts
grant select on tables to mcu_loader;

-- The reader (Superset) sees only marts.
grant usage on schema marts to mcu_reader;
grant select on all tables in schema marts to mcu_reader;
alter default privileges for role mcu_transformer in schema marts grant select on tables to mcu_reader;
revoke all on schema raw, ops, reference, staging, intermediate from mcu_reader;
revoke create on schema public from public;
