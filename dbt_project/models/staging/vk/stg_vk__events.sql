-- Grain: one thing that happened to a comment or post of a citizen: it was written, or the page answered it.
{{ social_events('vk') }}
