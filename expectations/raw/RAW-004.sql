-- How many records fewer were read than the source announced.
select
    :slug as subject,
    greatest(coalesce(control_total, 0) - read_count - :short, 0) as failed_count,
    'источник заявил: ' || coalesce(control_total::text, 'нет сведений') || ', прочитано: ' || read_count as observed,
    null as examples
from ops.loads
where load_id = :load_id
