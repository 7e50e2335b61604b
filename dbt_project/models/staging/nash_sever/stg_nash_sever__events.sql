-- Grain: one thing that happened to a message of the portal «Наш Север».
{{ column_events(
    'nash_sever',
    {
        'received': "v.payload ->> 'createdAt'",
        'registered': "v.payload ->> 'acceptedAt'",
        'final_reply': "v.payload ->> 'answeredAt'"
    },
    recipient="v.payload ->> 'organization'"
) }}
