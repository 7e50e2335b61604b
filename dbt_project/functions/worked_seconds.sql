-- The same text as the models expand inline, for people and tests.
select w.value
from {{ worked_seconds('p_schedule', 'p_moment_from', 'p_moment_to') }} as w
