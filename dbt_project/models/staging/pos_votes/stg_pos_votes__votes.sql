-- Grain: one option of a poll, vote or public discussion of the ПОС, its latest accepted version.
with versions as (
    {{ latest_versions('pos_votes') }}
)

select
    'pos_votes' as source_slug,
    v.record_ref,
    v.payload ->> 'municipality' as municipality_ref,
    v.payload ->> 'title' as title,
    case v.payload ->> 'type'
        when 'Голосование' then 'vote' when 'Общественное обсуждение' then 'public_discussion' else 'poll'
    end as kind,
    {{ instant("v.payload ->> 'startedAt'") }} as started_at,
    {{ instant("v.payload ->> 'endedAt'") }} as ended_at,
    o.option_no::integer as option_no,
    o.option ->> 'title' as option_title,
    {{ whole("o.option ->> 'votes'") }} as votes_count,
    v.source_updated_at,
    v.load_id
from versions as v
cross join lateral jsonb_path_query(v.payload, '$.options[*]') with ordinality as o (option, option_no)
