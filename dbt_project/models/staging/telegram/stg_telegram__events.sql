-- Grain: one thing that happened to a message of a citizen: it was written or answered.
{{ social_events('telegram') }}
