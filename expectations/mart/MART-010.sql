-- Sources silent for more working hours than usual, by the office's calendar as it is known now.
with sources as (
    select * from jsonb_to_recordset(:sources::jsonb) as s (slug text, hours numeric)
),

office as (
    select schedule_code from intermediate_next.int_schedules where base_code = 'office' and known_to = 'infinity'
),

seen as (
    select source_slug as slug, received_at as seen_at from marts_next.fct_feedback
    union all
    select source_slug, source_updated_at from marts_next.fct_feedback
    union all
    select source_slug, started_at from marts_next.fct_votes
    union all
    select source_slug, source_updated_at from marts_next.fct_votes
    union all
    select source_slug, source_updated_at from marts_next.fct_measures
    union all
    select source_slug, source_updated_at from marts_next.fct_external_problems
    union all
    select source_slug, source_updated_at from marts_next.fct_external_figures
),

last as (
    select slug, max(seen_at) as last_at
    from seen
    where seen_at <= :as_of::timestamptz  -- a date in the future must not hide the silence
    group by slug
),

silence as (
    select
        slug,
        hours,
        last_at,
        -- before the calendar's first day no working time is known: all time counts
        coalesce(
            intermediate_next.worked_seconds(schedule_code, last_at, :as_of::timestamptz),
            extract(epoch from :as_of::timestamptz - last_at)
        ) / 3600.0 as silent_hours
    from sources
    inner join last using (slug)
    cross join office
)

select
    slug as subject,
    (silent_hours > hours)::int as failed_count,
    'последние сведения ' || to_char(last_at at time zone :tz, 'DD.MM.YYYY HH24:MI')
    || ', молчит рабочих часов: ' || round(silent_hours) || ', обычно до ' || round(hours) as observed,
    null as examples
from silence
