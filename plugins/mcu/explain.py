"""A deadline in words: by which rule and act, from when, which days were skipped, by when, how much is left."""

from __future__ import annotations

from mcu.errors import UserError
from mcu.warehouse.connect import connect

# The keys as an array: as a sub-select they would be joined last, after every term has been explained.
TERMS = """
select k.title, f.kind, c.title, e.paragraph
from marts.rpt_deadline_explanations as e
join marts.fct_feedback as f using (feedback_key)
join marts.dim_channel as c on c.channel_code = f.channel_code
left join reference.kinds as k on k.kind = f.kind
where e.feedback_key = any(array(select feedback_key from marts.fct_feedback where record_ref = %s))
order by e.source_slug, e.sort_order
"""


def explain(ref: str) -> str:
    """The terms of the item `ref`, a paragraph each, from marts.rpt_deadline_explanations. Raises UserError when it is
    not known."""
    with connect("transformer") as conn:
        terms = conn.execute(TERMS, [ref]).fetchall()
    if not terms:
        raise UserError(f"Запись «{ref}» не найдена в витринах или сроков у неё нет. Проверьте номер.")
    kind, code, channel, _ = terms[0]
    return "\n\n".join([f"{kind or code} {ref} ({channel}).", *(paragraph for *_, paragraph in terms)])
