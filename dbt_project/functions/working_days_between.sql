-- The same text as the models expand inline, for people and tests.
select w.value
from {{ working_days_between('p_schedule', 'p_day_from', 'p_day_to') }} as w
