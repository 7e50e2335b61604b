-- Grain: one accepted version of an incident that has several.
{{ column_versions(
    'incident_api',
    first_reply="(v.payload ->> 'firstReplyAt')",
    final_reply="(jsonb_path_query_first(v.payload, '$.replies[*] ? (@.kind == \"final\").at') #>> '{}')",
    priority="case when v.payload ->> 'importance' = 'high' then 'raised' else 'ordinary' end",
    topic="(v.payload ->> 'topic')",
    recipient="(v.payload ->> 'executor')"
) }}
