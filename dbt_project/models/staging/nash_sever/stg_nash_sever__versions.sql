-- Grain: one accepted version of a message of the portal «Наш Север» that has several.
{{ column_versions(
    'nash_sever',
    registered="(v.payload ->> 'acceptedAt')",
    final_reply="(v.payload ->> 'answeredAt')",
    topic="(v.payload ->> 'type')",
    recipient="(v.payload ->> 'organization')",
    mark_text="(v.payload ->> 'rating')"
) }}
