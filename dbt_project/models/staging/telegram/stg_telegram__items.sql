-- Grain: one message of a citizen in a chat, its latest accepted version.
{{ social_items('telegram') }}
