-- Grain: one declared source (dags/sources).
select
    source_slug,
    title
from (
    values
    {% for slug, title in var('source_titles').items() -%}
    ('{{ slug }}', '{{ title | replace("'", "''") }}'){% if not loop.last %},{% endif %}
    {% endfor %}
) as s (source_slug, title)
