-- Grain: one comment or post of a citizen on an official page, its latest accepted version.
{{ social_items('vk') }}
