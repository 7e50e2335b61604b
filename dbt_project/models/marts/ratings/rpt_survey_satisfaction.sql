-- Grain: one poll whose options are marks from 1 to 5. What people say when they are asked, apart from the marks that
-- authors give to answers: other people, another question.
{{ config(materialized='view', post_hook=[]) }}

with votes as (
    select * from {{ ref('fct_votes') }}
),

marked as (
    select
        *,
        {{ mark('option_title') }} as mark
    from votes
),

polls as (
    select
        source_slug,
        record_ref,
        municipality_code,
        title,
        started_at,
        ended_at,
        sum(votes_count)::bigint as marks_count,
        coalesce(sum(votes_count) filter (where mark >= 4), 0)::bigint as good_count
    from marked
    group by source_slug, record_ref, municipality_code, title, started_at, ended_at
    having
        count(*) > 1
        and count(*) = count(mark)
)

select
    *,
    round(good_count::numeric / nullif(marks_count, 0), 6) as satisfaction_share,
    case when marks_count > 0 then {{ wilson('good_count', 'marks_count', '-') }} end as satisfaction_low,
    case when marks_count > 0 then {{ wilson('good_count', 'marks_count', '+') }} end as satisfaction_high
from polls
