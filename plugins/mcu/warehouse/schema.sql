-- The warehouse below dbt: schemas, ledgers, grants. Safe to rerun.
-- copies.py creates the schemas of dbt; raw_tables.py creates raw.<slug>.

create schema if not exists raw authorization mcu_loader;
create schema if not exists ops authorization mcu_loader;

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

-- Which pepper the stored pseudonyms were made with: its fingerprint, never the pepper. The newest row is in force.
create table if not exists ops.peppers (
    generation integer primary key,
    fingerprint text not null,
    since timestamptz not null default clock_timestamp(),
    rekeyed_count bigint not null default 0
);

-- What the marts are computed by, file by file. Written by definitions.py.
create table if not exists ops.definitions (
    definition_hash text primary key,
    files jsonb not null,
    first_seen_at timestamptz not null default clock_timestamp()
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
alter table ops.transform_runs add column if not exists stands_in text
check (stands_in in ('published', 'next')) constraint one_run_a_copy unique deferrable initially deferred;
comment on column ops.transform_runs.stands_in is
'the copy that holds the result of the run, whole; empty if no copy does';

-- Figures of past months, scores and places of past periods that a changed definition moved. Written by restated.py.
create table if not exists ops.restated (
    run_id bigint not null,
    indicator_code text not null,
    municipality_code text not null,
    period_month date not null,
    numerator_before numeric,
    denominator_before numeric,
    value_before numeric,
    plan_before numeric,
    numerator_after numeric,
    denominator_after numeric,
    value_after numeric,
    plan_after numeric,
    cause text not null,
    restated_at timestamptz not null default clock_timestamp()
);

create table if not exists ops.restated_ratings (
    run_id bigint not null,
    scheme_code text not null,
    period text not null,
    period_start date not null,
    municipality_code text not null,
    unit_code text not null,
    items_before integer,
    score_before numeric,
    rank_before integer,
    peers_before integer,
    items_after integer,
    score_after numeric,
    rank_after integer,
    peers_after integer,
    cause text not null,
    restated_at timestamptz not null default clock_timestamp()
);

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
alter table ops.publications add column if not exists addressee text not null default '';
alter table ops.publications add column if not exists versions jsonb not null default '{}';
comment on column ops.publications.versions is
'fingerprints of rules, calendar, maps and code, the definition and the last accepted load: what the rows came from';
alter table ops.publications add column if not exists status text not null default 'prepared'
check (status in ('prepared', 'approved', 'sent', 'recalled'));
-- The digest is no document to approve: its letters have left when their row is written.
update ops.publications set status = 'sent' where kind = 'deadline_digest' and status = 'prepared';

-- Who did what with a publication, and when. Written by publications/approval.py.
create table if not exists ops.publication_steps (
    step_id bigint generated always as identity primary key,
    publication_id bigint not null references ops.publications,
    status text not null check (status in ('approved', 'sent', 'recalled')),
    done_by text not null,
    done_at timestamptz not null default clock_timestamp(),
    reason text
);

-- What each item added to the figures of a publication, and why it counted so then: by it a later revision explains its
-- differences item by item. Compressed JSON. Written by publications/evidence.py.
create table if not exists ops.publication_evidence (
    publication_id bigint primary key references ops.publications,
    evidence bytea not null
);

-- One row a publication and address, written before anything leaves. `key` is the Message-ID or the idempotency key of
-- every attempt. `under_way`: an attempt has begun and its end is not known. Written by publications/sending.
create table if not exists ops.sendings (
    publication_id bigint not null references ops.publications,
    address text not null,
    key text not null,
    status text not null check (status in ('waiting', 'under_way', 'received')),
    attempts integer not null default 0,
    repeats integer not null default 0,
    receipt jsonb,
    error text,
    started_at timestamptz not null default clock_timestamp(),
    received_at timestamptz,
    primary key (publication_id, address)
);
comment on column ops.sendings.address is 'without the password';

-- Slices that people saved by name (mcu.slices); the question is codes of its catalogue, never SQL.
create table if not exists ops.slices (
    name text primary key check (name ~ '^[a-z][a-z0-9_]{0,39}$'),
    title text not null,
    question jsonb not null,
    saved_by text not null,
    saved_at timestamptz not null default clock_timestamp()
);

-- What the ЦУР and other bodies ask of the МЦУ, and what was answered. Written by publications/papers/requests.py.
create table if not exists ops.requests (
    request_id bigint generated always as identity primary key,
    municipality_code text not null,
    body text not null,
    about text not null,
    received_on date not null,
    due_on date not null check (due_on >= received_on),
    answered_on date check (answered_on >= received_on),
    answer text,
    answered_by bigint references ops.publications,
    check ((answered_on is null) = (answer is null))
);

-- What people have said of matters and problems. Nothing is changed or deleted: the last word on a subject counts.
create table if not exists ops.matter_links (
    link_id bigint generated always as identity primary key,
    action text not null check (action in ('link', 'unlink')),
    kind text not null default 'copy' check (kind in ('copy', 'continuation', 'reference')),
    feedback_key uuid not null,
    other_key uuid not null check (other_key <> feedback_key),
    record_ref text not null,
    other_ref text not null,
    reason text,
    said_by text not null,
    said_at timestamptz not null default clock_timestamp()
);
create table if not exists ops.problem_edits (
    edit_id bigint generated always as identity primary key,
    action text not null check (action in ('name', 'merge', 'split', 'restore')),
    feedback_key uuid not null,
    other_key uuid check (other_key <> feedback_key),
    record_ref text not null,
    other_ref text,
    title text,
    reason text,
    said_by text not null,
    said_at timestamptz not null default clock_timestamp()
);

-- Recommendations: what people decided of each. Nothing is changed or deleted: the last word on a key counts. Text,
-- basis and subject are those of the draft at that moment, so a recommendation outlives it. `unit` is a position or a
-- unit, never a person. Written by registers/recommendations.py.
create table if not exists ops.recommendations (
    word_id bigint generated always as identity primary key,
    recommendation_key uuid not null,
    action text not null check (action in ('accepted', 'declined', 'done')),
    kind text not null,
    municipality_code text not null,
    block_code text,
    recipient_code text,
    topic_code text,
    problem_key uuid,
    component_code text,
    text text not null,
    basis text not null,
    unit text not null,
    reason text,
    decided_on date not null,
    said_at timestamptz not null default clock_timestamp()
);

-- Municipal boundaries of the folder MCU_GEO, for the map of places; all of them are replaced together. `outline` is a
-- path of SVG in units of boundaries/outline.py. Without a code: a neighbour that has no МЦУ here. Written by
-- boundaries/load.py.
create table if not exists ops.boundaries (
    boundary_no integer primary key,
    file_name text not null,
    name text not null,
    municipality_code text unique,
    region text not null,
    outline text not null,
    x_min double precision not null,
    y_min double precision not null,
    x_max double precision not null,
    y_max double precision not null
);

-- Trained topic models, the newest in force; `words` where too little is known. Written by texts/topics/ledger.py.
create table if not exists ops.topic_models (
    model_no bigint generated always as identity primary key,
    version text not null,
    trained_at timestamptz not null default clock_timestamp(),
    texts_count integer not null,
    topics_count integer not null,
    words_count integer not null,
    threshold numeric,
    suggested_count integer not null,
    right_count integer not null,
    abstained_share numeric
);
comment on column ops.topic_models.version is 'digest of the model: its file is var/topics/<version>.npz';
comment on column ops.topic_models.suggested_count is
'texts of the history for which a model that had not seen them suggested a topic; right_count: the right one';
create table if not exists ops.topic_model_confusion (
    model_no bigint not null references ops.topic_models,
    topic_code text not null,
    suggested_code text not null,
    texts_count integer not null,
    primary key (model_no, topic_code, suggested_code)
);
comment on column ops.topic_model_confusion.suggested_code is 'none: the model abstained';

-- What people say of an item's topic; the newest row counts. Written by texts/topics/corrections.py.
create table if not exists ops.topic_corrections (
    correction_id bigint generated always as identity primary key,
    source_slug text not null,
    record_ref text not null,
    topic_code text,
    corrected_by text not null,
    corrected_at timestamptz not null default clock_timestamp()
);
comment on column ops.topic_corrections.topic_code is 'empty: the person takes an earlier word back';
alter table ops.transform_runs add column if not exists decided text not null default '';
comment on column ops.transform_runs.decided is
'what people and the topic model had said, besides the loads: another value is new to a copy';
alter table ops.transform_runs add column if not exists relations jsonb;
comment on column ops.transform_runs.relations is
'schema.name of what the build left → table or view: a copy that lacks one of them is not whole';

reset role;

grant usage on schema raw, ops to mcu_transformer;
grant select on all tables in schema raw, ops to mcu_transformer;
alter default privileges for role mcu_loader in schema raw, ops grant select on tables to mcu_transformer;
grant insert, update on ops.transform_runs to mcu_transformer;
grant insert on ops.definitions, ops.restated, ops.restated_ratings to mcu_transformer;
grant usage, create on schema public to mcu_transformer;

-- The reader (Superset) sees only the views of bi.
revoke all on schema raw, ops from mcu_reader;
revoke create on schema public from public;
