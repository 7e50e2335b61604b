-- The same text as the models expand inline, for people and tests.
select w.value
from {{ shifted_day('p_schedule', 'p_day', 'p_shift') }} as w
