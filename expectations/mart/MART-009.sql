-- 1 if the marts are not true for the instant that was asked for.
select
    'Витрины' as subject,
    (count(*) <> 1 or max(as_of) is distinct from :as_of::timestamptz)::int as failed_count,
    'момент витрин: '
    || coalesce(to_char(max(as_of) at time zone :tz, 'DD.MM.YYYY HH24:MI:SS'), 'нет') as observed,
    null as examples
from marts_next.dim_as_of
