-- Grain: one thing that happened to a message or appeal of the portal «Открытый электронный регион».
{{ column_events(
    'oer',
    {
        'received': "v.payload ->> 'submitted'",
        'registered': "v.payload ->> 'registered'",
        'final_reply': "v.payload -> 'reply' ->> 'sent'"
    },
    recipient="v.payload ->> 'executor'"
) }}
