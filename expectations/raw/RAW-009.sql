-- 1 if the load brought unusually many or few new records. The usual is the median of the source's earlier loads of the
-- same kind of hours: working or not.
with this as (
    select load_id, new_count, started_at, source_slug from ops.loads where load_id = :load_id
),

loads as (
    select
        load_id,
        new_count,
        started_at,
        extract(isodow from started_at at time zone :tz) < 6
        and extract(hour from started_at at time zone :tz) between 9 and 17 as is_working_time
    from ops.loads
    where source_slug = :slug and (status = 'accepted' or load_id = :load_id)
),

usual as (
    select count(*) as loads, percentile_cont(0.5) within group (order by loads.new_count) as median
    from loads, this
    where
        loads.load_id < this.load_id
        and loads.started_at > this.started_at - make_interval(days => :days_back)
        and is_working_time = (select is_working_time from loads where load_id = :load_id)
)

select
    :slug as subject,
    (
        loads >= :loads_to_judge
        and (new_count > median * :times + :slack or new_count < median / :times - :slack)
    )::int as failed_count,
    'новых ' || new_count || ', обычно '
    || case when loads >= :loads_to_judge then round(median)::text else 'неизвестно' end as observed,
    null as examples
from this, usual
