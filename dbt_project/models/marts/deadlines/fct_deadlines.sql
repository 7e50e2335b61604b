-- Grain: item × stage of control: by which rule, from when, by when, and when it was done; whose it was then.
-- The key is a unique index and no constraint: built once after the rows are in, not kept up row by row.
-- Independent of the present instant: the status as of a moment is the view deadline_status.
{{ config(
    materialized='incremental', incremental_strategy='replace', meta={'replace': 'int_touched', 'key': 'feedback_key'},
    on_schema_change='fail', tags=['each_run'],
    indexes=[{'columns': ['feedback_key', 'stage'], 'unique': true}, {'columns': ['due_at']}]
) }}
-- depends_on: {{ ref('recount_days_before') }}

with clocks as (
    select
        c.*,
        {{ local_date('c.started_at', 'c.time_zone') }} as started_on,
        {{ start_position('c', 'r.unit') }} as start_position,
        r.legal_basis,
        coalesce(r.unit, 'hours') as unit,
        r.amount,
        r.shift,
        r.control_amount,
        case when r.shift = 'none' then 'none' else 'previous' end as control_shift,
        m.feedback_key is not null as is_moved,
        m.due_at as moved_due_at,
        m.control_due_at as moved_control_due_at,
        coalesce(m.is_extended, false) as is_extended,
        coalesce(m.paused_amount, 0) as paused_amount,
        coalesce(m.paused_seconds, 0) as paused_seconds,
        m.paused_since
    from {{ ref('int_clocks') }} as c
    left join {{ ref('int_deadline_rules') }} as r on c.rule_code = r.rule_code
    left join {{ ref('int_moved_terms') }} as m on c.feedback_key = m.feedback_key and c.stage = m.stage
    where {{ only('c.feedback_key', ref('int_touched'), 'feedback_key') }}
    offset 0
),

ends as (
    select
        *,
        case
            when source_due_at is not null then source_due_at
            when is_moved then moved_due_at
            else {{ due_at('c', 'c.amount', 'c.shift') }}
        end as due_at,
        case
            when source_due_at is not null then null
            when is_moved then moved_control_due_at
            else {{ due_at('c', 'c.control_amount', 'c.control_shift') }}
        end as control_due_at
    from clocks as c
    offset 0
)

select
    feedback_key,
    stage,
    rule_code,
    coalesce(legal_basis, 'Срок, установленный системой-источником') as legal_basis,
    unit,
    schedule_code,
    municipality_code,
    channel_code,
    block_code,
    recipient_code,
    started_at,
    due_at,
    control_due_at,
    done_at,
    cancelled_at,
    is_extended,
    paused_amount,
    paused_seconds,
    paused_since
from ends
-- outside the years of the working-time axis nothing can be counted: check MART-012 tells of such terms
where due_at is not null
