"""SQL of the mart gate: what must hold for the marts as a whole before anything is published from them.

Each check yields rows (subject, failed_count, observed, examples); it holds when every failed_count is 0.
`examples` are record_refs or codes, never contents. Names in braces are filled as literals by
`mcu.quality.gate`: as_of, tz, sources (JSON list of slug and hours), missing_refs (a query of slug, record_ref),
phone, email, and the rule's thresholds. Keys and relations are tested by dbt, not here.
"""


def _items(bad: str, what: str) -> str:
    """A check on rows of the marts, from a query that yields an example's name for each bad row."""
    return f"""
        select 'Витрины' as subject, count(*) as failed_count, '{what}: ' || count(*) as observed,
               coalesce((array_agg(distinct example))[:5], array[]::text[]) as examples
        from ({bad}) as bad(example)
    """


def _reconciled(column: str, what: str, examples: str) -> str:
    # A source with accepted records that the reconciliation does not name at all has lost everything.
    return f"""
        with accepted as (
            select source_slug, sum(new_count) as records from ops.loads
            where status = 'accepted' group by source_slug having sum(new_count) > 0
        )
        select a.source_slug as subject, coalesce(r.{column}, a.records) as failed_count,
               'принято ' || coalesce(r.raw_records::text, '?') || ', в витрине '
               || coalesce(r.in_feedback::text, '0') || ', {what} ' || coalesce(r.{column}, a.records) as observed,
               {examples} as examples
        from accepted as a left join marts.rpt_reconciliation as r using (source_slug)
    """


CHECKS: dict[str, str] = {
    "MART-001": _reconciled(
        "missing", "не хватает", "array(select record_ref from ({missing_refs}) as m where m.slug = a.source_slug)"
    ),
    "MART-002": _reconciled("extra", "лишних", "array[]::text[]"),
    "MART-003": _items(
        """
        select coalesce(f.municipality_code, i.municipality_code)
        from (
            select municipality_code, count(*) as items from marts.fct_feedback
            where received_at <= {as_of}::timestamptz  -- what bears a later date is not in any flow yet
            group by 1
        ) as i
        full join (
            select municipality_code, sum(new_count + repeat_count) as items from marts.fct_flows group by 1
        ) as f using (municipality_code)
        where f.items is distinct from i.items
        """,
        "муниципалитетов с расхождением",
    ),
    "MART-004": """
        with refs as (
            select record_ref, codes.* from marts.fct_feedback
            cross join lateral (values ('Муниципалитет', municipality_code), ('Тема', topic_code),
                                ('Получатель', recipient_code), ('Статус', status_code)) as codes(title, code)
            union all
            select record_ref, codes.* from marts.fct_measures
            cross join lateral (values ('Муниципалитет мероприятия', municipality_code),
                                ('Отраслевой блок мероприятия', block_code), ('Ответственный за мероприятие',
                                recipient_code), ('Статус мероприятия', status_code)) as codes(title, code)
            union all
            select distinct record_ref, 'Муниципалитет голосования', municipality_code from marts.fct_votes
            union all
            select record_ref, codes.* from marts.fct_external_problems
            cross join lateral (values ('Муниципалитет проблемы ЦУР', municipality_code),
                                ('Тема проблемы ЦУР', topic_code)) as codes(title, code)
            union all
            select record_ref, 'Муниципалитет показателя ЦУР', municipality_code from marts.fct_external_figures
        ),
        orphans as (
            select title, record_ref, coalesce(code, 'unknown') = 'unknown' as is_orphan from refs
        ),
        counted as (
            select title, count(*) filter (where is_orphan) as orphans, count(*) as items,
                   (array_agg(record_ref order by record_ref) filter (where is_orphan))[:5] as examples
            from orphans group by title
        )
        select title as subject, case when orphans * 100 > items * {percent} then orphans else 0 end as failed_count,
               'не распознано ' || orphans || ' из ' || items as observed,
               coalesce(examples, array[]::text[]) as examples
        from counted
    """,
    "MART-005": _items(
        """
        select indicator_code || ' ' || municipality_code || ' ' || period_month from marts.fct_indicator_values
        where indicator_code like '%\\_share' and numerator > denominator
        """,
        "значений с нарушением",
    ),
    "MART-006": _items(
        """
        select i.indicator_code || ' ' || m.municipality_code || ' ' || p.period_month
        from marts.dim_indicator as i
        cross join (select municipality_code from marts.dim_municipality where municipality_code <> 'unknown') as m
        cross join (
            select generate_series(min(period_month), max(period_month), interval '1 month')::date as period_month
            from marts.fct_indicator_values
        ) as p
        left join marts.fct_indicator_values as v
            on v.indicator_code = i.indicator_code and v.municipality_code = m.municipality_code
            and v.period_month = p.period_month
        group by i.indicator_code, m.municipality_code, p.period_month
        having count(v.indicator_code) <> 1
        """,
        "пропусков и повторов",
    ),
    "MART-007": _items(
        """
        select f.record_ref
        from marts.fct_feedback as f
        left join marts.fct_deadlines as d on d.feedback_key = f.feedback_key and d.stage in ('registration', 'final')
        where f.kind = 'appeal'
        group by f.feedback_key, f.record_ref
        having count(distinct d.stage) < 2
        """,
        "обращений без срока",
    ),
    "MART-008": _items(
        """
        select f.record_ref || ' ' || d.stage
        from marts.fct_deadlines as d join marts.fct_feedback as f using (feedback_key)
        where d.due_at <= d.started_at
        """,
        "сроков с нарушением",
    ),
    "MART-009": """
        select 'Витрины' as subject,
               (count(*) <> 1 or max(as_of) is distinct from {as_of}::timestamptz)::int as failed_count,
               'момент витрин: ' || coalesce(to_char(max(as_of) at time zone {tz}, 'DD.MM.YYYY HH24:MI:SS'), 'нет')
               as observed,
               array[]::text[] as examples
        from marts.dim_as_of
    """,
    # Worked seconds between two instants on the cumulative axis: lunch, short days and moved holidays do not count. The
    # axis is that of the calendar as it is known now.
    "MART-010": """
        with sources as (
            select * from jsonb_to_recordset({sources}::jsonb) as s(slug text, hours numeric)
        ),
        axis as (
            select i.starts_at, i.seconds_before, i.seconds_after
            from intermediate.int_work_intervals as i
            join intermediate.int_schedules as s using (schedule_code)
            where s.base_code = 'office' and s.known_to = 'infinity'
        ),
        last as (
            select slug, hours, last_at
            from sources
            join (
                select source_slug as slug, max(seen_at) as last_at
                from (
                    select source_slug, received_at, source_updated_at from marts.fct_feedback
                    union all select source_slug, started_at, source_updated_at from marts.fct_votes
                    union all select source_slug, null, source_updated_at from marts.fct_measures
                    union all select source_slug, null, source_updated_at from marts.fct_external_problems
                    union all select source_slug, null, source_updated_at from marts.fct_external_figures
                ) as told(source_slug, happened_at, source_updated_at)
                cross join lateral (values (happened_at), (source_updated_at)) as seen(seen_at)
                where seen_at <= {as_of}::timestamptz  -- a date in the future must not hide the silence
                group by 1
            ) as seen using (slug)
        ),
        silence as (
            select slug, hours, last_at, (coalesce(now.worked, 0) - coalesce(before.worked, 0)) / 3600.0 as silent_hours
            from last
            left join lateral (
                select seconds_before
                       + least(extract(epoch from last_at - starts_at), seconds_after - seconds_before) as worked
                from axis where starts_at <= last_at order by starts_at desc limit 1
            ) as before on true
            left join lateral (
                select seconds_before
                       + least(extract(epoch from {as_of}::timestamptz - starts_at), seconds_after - seconds_before)
                       as worked
                from axis where starts_at <= {as_of}::timestamptz order by starts_at desc limit 1
            ) as now on true
        )
        select slug as subject, (silent_hours > hours)::int as failed_count,
               'последние сведения ' || to_char(last_at at time zone {tz}, 'DD.MM.YYYY HH24:MI')
               || ', молчит рабочих часов: ' || round(silent_hours) || ', обычно до ' || round(hours) as observed,
               array[]::text[] as examples
        from silence
    """,
    "MART-011": _items("select record_ref from marts.fct_feedback where place ~ {phone} or place ~ {email}", "записей"),
    "MART-012": _items(
        """
        select f.record_ref || ' ' || c.stage
        from intermediate.int_clocks as c join marts.fct_feedback as f using (feedback_key)
        left join marts.fct_deadlines as d using (feedback_key, stage)
        where d.feedback_key is null
        """,
        "сроков не посчитано",
    ),
}
