-- Grain: one record that is no message of a citizen: a post or answer of the page, the page's record of a day.
{{ social_others('vk') }}
