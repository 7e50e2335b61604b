-- Grain: one thing that happened to an appeal of the register, by the dates in its line.
{{ column_events(
    'paper_register',
    {
        'received': "v.payload ->> 'received_at'", 'registered': "v.payload ->> 'registered_at'",
        'extended': "v.payload ->> 'extended_at'", 'forwarded': "v.payload ->> 'forwarded_at'",
        'final_reply': "v.payload ->> 'answered_at'"
    },
    recipient="btrim(v.payload ->> 'recipient')",
    zone=zone_of('paper_register', "v.payload ->> 'municipality'")
) }}
