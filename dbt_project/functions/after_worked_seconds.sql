-- The same text as the models expand inline, for people and tests.
select w.value
from {{ after_worked_seconds('p_schedule', 'p_moment', 'p_seconds') }} as w
