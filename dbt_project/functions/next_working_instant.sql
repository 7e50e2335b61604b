-- The same text as the models expand inline, for people and tests.
select w.value
from {{ next_working_instant('p_schedule', 'p_moment') }} as w
