-- Grain: one question of an appeal, by its position in the message. A known misspelling of a status is corrected;
-- the two spellings of an extension become one.
with versions as (
    {{ latest_versions('sed_sstu') }}
),

questions as (
    select
        v.record_ref,
        q.position::integer as question_no,
        q.entry ->> 'code' as classifier_code,
        case q.entry ->> 'status'
            when 'NotRecieved' then 'NotReceived'
            when 'ConsiderationExtended' then 'InWorkExtended'
            when 'InWork' then case when q.entry ->> 'isExtend' = 'true' then 'InWorkExtended' else 'InWork' end
            else q.entry ->> 'status'
        end as status_ref,
        {{ local_day("q.entry ->> 'incomingDate'") }} as received_on,
        {{ local_day("q.entry ->> 'registrationDate'") }} as registered_on,
        {{ local_day("coalesce(q.entry ->> 'responseDate', q.entry -> 'transfer' ->> 'transferDate')") }} as result_on
    from versions as v
    cross join lateral jsonb_array_elements(
        case when jsonb_typeof(v.payload -> 'questions') = 'array' then v.payload -> 'questions' else '[]' end
    ) with ordinality as q (entry, position)
)

select
    record_ref,
    question_no,
    classifier_code,
    case
        when status_ref not in ('NotReceived', 'NotRegistered', 'InWork', 'InWorkExtended') then status_ref
    end as result_code,
    result_on,
    status_ref,
    received_on,
    registered_on
from questions
