-- Grain: one comment of a citizen in an official group, its latest accepted version.
{{ social_items('ok') }}
