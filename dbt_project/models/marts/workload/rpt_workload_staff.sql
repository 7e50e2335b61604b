-- Grain: row of rpt_workload with a forecast × change of staff. What is open after four weeks if as many employees more
-- or fewer answer what comes, each as many as the norm in a working day. Nothing is answered before it has come.
{{ config(materialized='view', post_hook=[]) }}

with workload as (
    select * from {{ ref('rpt_workload') }}
    where expected_count is not null
),

weeks as (
    select * from {{ ref('rpt_workload_forecast') }}
),

work_days as (
    select * from {{ ref('int_day_kinds') }}
),

weekly as (
    select
        f.municipality_code,
        f.block_code,
        f.recipient_code,
        f.week_no,
        f.expected_count,
        count(*) filter (where d.is_working) as working_days
    from weeks as f
    inner join work_days as d on d.date_on between f.week_from and f.week_to
    group by f.municipality_code, f.block_code, f.recipient_code, f.week_no, f.expected_count
),

changed as (
    select
        w.municipality_code,
        w.block_code,
        w.recipient_code,
        c.change,
        w.open_count,
        w.low_count - w.expected_count as less,
        w.high_count - w.expected_count as more,
        greatest(w.employees + c.change, 0) as employees,
        greatest(w.employees + c.change, 0) * w.items_per_day as capacity_per_day
    from workload as w
    cross join (values (-1), (0), (1), (2)) as c (change)
    -- fewer than none is none
    where c.change >= 0 or w.employees > 0
),

-- what would be open if answers could come before questions
levels as (
    select
        c.municipality_code,
        c.block_code,
        c.recipient_code,
        c.change,
        c.open_count,
        c.less,
        c.more,
        c.employees,
        c.capacity_per_day,
        w.week_no,
        c.open_count + sum(w.expected_count - c.capacity_per_day * w.working_days) over (
            partition by c.municipality_code, c.block_code, c.recipient_code, c.change order by w.week_no
        ) as level
    from changed as c
    inner join weekly as w
        on
            c.municipality_code = w.municipality_code
            and c.block_code = w.block_code
            and c.recipient_code = w.recipient_code
),

-- an idle week is lost: it answers nothing of the weeks after it
ends as (
    select
        municipality_code,
        block_code,
        recipient_code,
        change,
        open_count,
        less,
        more,
        employees,
        capacity_per_day,
        max(level) filter (where week_no = 4) - least(min(level), 0) as backlog
    from levels
    group by
        municipality_code, block_code, recipient_code, change, open_count, less, more, employees, capacity_per_day
)

select
    municipality_code,
    block_code,
    recipient_code,
    change,
    round(employees, 2) as employees,
    round(capacity_per_day, 3) as capacity_per_day,
    open_count,
    round(backlog, 1) as backlog_count,
    round(greatest(backlog + less, 0), 1) as backlog_low,
    round(backlog + more, 1) as backlog_high
from ends
