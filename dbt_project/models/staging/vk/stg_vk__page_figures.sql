-- Grain: page × local day.
{{ social_page_figures('vk') }}
