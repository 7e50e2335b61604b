-- Grain: one record that is no message of a citizen: what the group published or answered, its record of a day.
{{ social_others('ok') }}
