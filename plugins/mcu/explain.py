"""A deadline in words: the rule and the act, the start, the skipped days, the end, and how much is left."""

from __future__ import annotations

from mcu.errors import UserError
from mcu.warehouse.connect import connect

# The keys come as an array: with a sub-select the planner explains every deadline before it joins the keys.
DEADLINES = """
select k.title, f.kind, c.title, e.paragraph
from marts.rpt_deadline_explanations as e
join marts.fct_feedback as f using (feedback_key)
join marts.dim_channel as c on c.channel_code = f.channel_code
left join reference.kinds as k on k.kind = f.kind
where e.feedback_key = any(array(select feedback_key from marts.fct_feedback where record_ref = %s))
order by e.source_slug, e.sort_order
"""


def explain(ref: str) -> str:
    """The deadlines of the item `ref`, one paragraph each, from marts.rpt_deadline_explanations. Raises UserError if
    there are none."""
    with connect("transformer") as conn:
        deadlines = conn.execute(DEADLINES, [ref]).fetchall()
    if not deadlines:
        raise UserError(f"Запись «{ref}» не найдена в витринах или сроков у неё нет. Проверьте номер.")
    kind, code, channel, _ = deadlines[0]
    return "\n\n".join([f"{kind or code} {ref} ({channel}).", *(paragraph for *_, paragraph in deadlines)])
