-- Grain: one thing that happened to a comment of a citizen: it was written, or the group answered it.
{{ social_events('ok') }}
