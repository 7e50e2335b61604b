-- Grain: one record that no citizen wrote: a post or answer of the page, or its record of a day.
{{ social_others('vk') }}
