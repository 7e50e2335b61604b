"""Sample marts of which each person sees the own rows, as the views of dbt do."""

from __future__ import annotations

from mcu.warehouse.connect import connect

HEADER = "login,role,municipality_code,block_code,recipient_code\n"
OF_TOWN = {
    "murmansk": "город Мурманск", "gubkinsky": "Губкинский городской округ", "lomonosovsky": "Ломоносовский район",
    "giaginsky": "Гиагинский район", "novoshakhtinsk": "город Новошахтинск",
}  # fmt: skip  # a table
"""Code → name in the sample marts."""


def filter_rows() -> None:
    """The codes that rights may name, and `bi_feedback` as a view that asks who looks."""
    with connect("transformer") as conn:
        conn.execute("create table reference.municipalities (municipality_code text, title text)")
        conn.cursor().executemany("insert into reference.municipalities values (%s, %s)", list(OF_TOWN.items()))
        conn.execute(
            "create table reference.sector_blocks (block_code text, municipality_code text);"
            "create table reference.recipients (recipient_code text, municipality_code text);"
            "alter table bi.bi_feedback rename to sample_feedback;"
            "create view bi.bi_feedback with (security_barrier) as select f.* from bi.sample_feedback as f"
            " where exists (select from access.scopes as s join reference.municipalities as m"
            " on s.municipality_code in ('*', m.municipality_code) where m.title = f.municipality)"
        )
