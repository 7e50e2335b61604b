-- A clock that no term could be counted for (it starts or ends outside the years of the working-time axis) would only be
-- missed: fct_deadlines has no row for it.
{{ config(severity='warn') }}
-- depends_on: {{ ref('int_touched') }}

select
    c.feedback_key,
    c.stage,
    c.rule_code,
    c.started_at
from {{ ref('int_clocks') }} as c
left join {{ ref('fct_deadlines') }} as d on c.feedback_key = d.feedback_key and c.stage = d.stage
where
    d.feedback_key is null
    and {% if is_full() -%} true {%- else -%} c.feedback_key in (select feedback_key from {{ ref('int_touched') }}) {%- endif %}
