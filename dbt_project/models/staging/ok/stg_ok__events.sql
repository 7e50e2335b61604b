-- Grain: one thing that happened to a comment of a citizen: it was written, the group answered.
{{ social_events('ok') }}
