-- Grain: one accepted version of a message or appeal of the portal «Открытый электронный регион» that has several.
{{ column_versions(
    'oer',
    registered="(v.payload ->> 'registered')",
    final_reply="(v.payload -> 'reply' ->> 'sent')",
    topic="(v.payload ->> 'theme')",
    recipient="(v.payload ->> 'executor')"
) }}
