-- Grain: one thing that happened to an incident. In this layout the closing is the only answer.
{{ column_events(
    'incident_monitoring',
    {
        'received': "v.payload ->> 'created_at'",
        'final_reply': "v.payload ->> 'closed_at'",
        'closed': "v.payload ->> 'closed_at'"
    },
    zone=zone_of('incident_monitoring', "v.payload ->> 'municipality'")
) }}
