-- Rules of one family (one stage, one scope) must follow each other day by day: an overlap would make two of them hold,
-- a gap none.
{{ config(store_failures=true, schema='intermediate') }}

with followed as (
    select
        family,
        rule_code,
        valid_from,
        valid_to,
        lead(rule_code) over in_time as next_rule_code,
        lead(valid_from) over in_time as next_from
    from {{ ref('int_deadline_rules') }}
    window in_time as (partition by family order by valid_from, rule_code)
)

select
    rule_code || ' и ' || coalesce(next_rule_code, rule_code) as rule_codes,
    case
        when valid_from >= valid_to then 'окончание раньше начала'
        when coalesce(valid_to, 'infinity') > next_from then 'наложение'
        else 'разрыв'
    end as fault,
    valid_to,
    next_from
from followed
where
    valid_from >= valid_to
    or coalesce(valid_to, 'infinity') != next_from
