-- Grain: one thing that happened to a comment or post of a citizen: it was written, the page answered.
{{ social_events('vk') }}
