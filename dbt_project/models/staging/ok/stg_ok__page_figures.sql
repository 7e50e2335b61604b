-- Grain: official group × local day.
{{ social_page_figures('ok') }}
