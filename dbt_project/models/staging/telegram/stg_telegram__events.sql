-- Grain: one thing that happened to a message of a citizen: it was written, it was answered.
{{ social_events('telegram') }}
