-- The same text as the models expand inline, for people and tests.
select w.value
from {{ nth_working_day('p_schedule', 'p_day', 'p_days') }} as w
