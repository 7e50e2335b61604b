-- Grain: one question of an appeal (a classifier code with its own result).
with versions as (
    {{ latest_versions('registry') }}
)

select distinct on (v.record_ref, n.question_no)
    'registry' as source_slug,
    v.record_ref,
    n.question_no,
    q.entry ->> 'code' as classifier_code,
    q.entry ->> 'result' as result_code,
    {{ local_day("q.entry ->> 'resultOn'") }} as result_on
from versions as v
cross join lateral jsonb_array_elements(
    case when jsonb_typeof(v.payload -> 'questions') = 'array' then v.payload -> 'questions' else '[]' end
) with ordinality as q (entry, position)
cross join lateral (
    select case when q.entry ->> 'no' ~ '^\d{1,4}$' then (q.entry ->> 'no')::integer else q.position::integer end
) as n (question_no)
order by v.record_ref, n.question_no, q.position
