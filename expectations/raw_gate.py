"""SQL of the raw gate: what must hold for one load before staging may see it.

Each check yields rows (subject, failed_count, observed, examples); it holds when every failed_count is 0.
`examples` are record_refs only: no payload leaves a check. Names in braces are filled as literals by
`mcu.quality.gate`: table, load_id, slug, id, required, times, instants (with terms), personal, phone, email, as_of,
tz, and the rule's thresholds.

A source that brings nothing has no load to judge: silence is MART-010.
"""


def _records(bad: str) -> str:
    """A check on records, from a query that yields the record_ref of each bad one."""
    return f"""
        select {{slug}}::text as subject, count(*) as failed_count,
               'записей: ' || count(*) as observed,
               coalesce((array_agg(record_ref order by record_ref))[:5], array[]::text[]) as examples
        from (select distinct record_ref from ({bad}) as found) as bad
    """


# A time is ISO 8601, or the local «дд.мм.гггг чч:мм» of Russian exports, turned round here.
_INSTANTS = """
    select record_ref, iso, iso like '____-__-__%' and pg_input_is_valid(iso, 'timestamptz') as is_time
    from {table}
    cross join unnest({instants}::text[]) as path
    cross join lateral (select nullif(payload #>> string_to_array(path, '.'), '') as value offset 0) as v
    cross join lateral (
        select case when value like '__.__.____%'
                    then substr(value, 7, 4) || '-' || substr(value, 4, 2) || '-' || left(value, 2) || substr(value, 11)
                    else value end as iso
        offset 0
    ) as i
    where load_id = {load_id} and value is not null
"""

_TIMES = _INSTANTS.replace("{instants}", "{times}")

CHECKS: dict[str, str] = {
    "RAW-001": _records("""
        select record_ref from {table} cross join unnest({required}::text[]) as path
        where load_id = {load_id} and nullif(trim(payload #>> string_to_array(path, '.')), '') is null
    """),
    "RAW-002": _records(f"select record_ref from ({_INSTANTS}) as t where not is_time"),
    # To the day: ISO dates compare as words, and a zone's few hours do not matter here.
    "RAW-003": _records(f"""
        select record_ref from ({_TIMES}) as t
        where is_time and (
            left(iso, 4) < {{first_year}}::text
            or left(iso, 10) > ({{as_of}}::timestamptz + make_interval(days => {{days_ahead}}))::date::text
        )
    """),
    "RAW-004": """
        select {slug}::text as subject,
               greatest(coalesce(control_total, 0) - read_count - {short}, 0) as failed_count,
               'источник заявил: ' || coalesce(control_total::text, 'нет сведений') || ', прочитано: ' || read_count
               as observed,
               array[]::text[] as examples
        from ops.loads where load_id = {load_id}
    """,
    "RAW-005": """
        select {slug}::text as subject,
               case when read_count >= {at_least} and rejected_count * 100 > read_count * {percent}
                    then rejected_count else 0 end as failed_count,
               'отклонено ' || rejected_count || ' из ' || read_count as observed,
               array(select coalesce(record_ref, position) from ops.rejects as r
                     where r.load_id = l.load_id order by reject_id limit 5) as examples
        from ops.loads as l where load_id = {load_id}
    """,
    "RAW-006": """
        select {slug}::text as subject, greatest(rejected_count - {count}, 0) as failed_count,
               'отклонено ' || rejected_count || ' из ' || read_count as observed,
               array(select coalesce(record_ref, position) from ops.rejects as r
                     where r.load_id = l.load_id order by reject_id limit 5) as examples
        from ops.loads as l where load_id = {load_id}
    """,
    # Equal copies are counted by landing, which writes them once; two different versions are both in raw.
    "RAW-007": """
        with doubled as (
            select record_ref from {table} where load_id = {load_id} group by record_ref having count(*) > 1
        ),
        counted as (
            select coalesce((details ->> 'repeated')::bigint, 0) as repeated, (select count(*) from doubled) as versions
            from ops.loads where load_id = {load_id}
        )
        select {slug}::text as subject, repeated + versions as failed_count,
               'полных повторов: ' || repeated || ', записей в двух версиях: ' || versions as observed,
               array(select record_ref from doubled order by record_ref limit 5) as examples
        from counted
    """,
    # A few records may well leave a field empty: what is missing is judged from a number of records on.
    "RAW-008": """
        with renamed as (
            select pair ->> 'field' as field, pair ->> 'from' as was, pair ->> 'to' as is_now
            from ops.loads cross join jsonb_array_elements(coalesce(details -> 'renamed', '[]')) as pair
            where load_id = {load_id}
        ),
        drift as (
            select 'переименовано? «' || was || '» → «' || is_now || '»' as told from renamed
            union all
            select 'новое: ' || field
            from ops.loads cross join jsonb_array_elements_text(coalesce(details -> 'unknown_fields', '[]')) as field
            where load_id = {load_id} and field not in (select is_now from renamed)
            union all
            select 'нет: ' || field
            from ops.loads cross join jsonb_array_elements_text(coalesce(details -> 'missing_fields', '[]')) as field
            where load_id = {load_id} and read_count >= {rows_to_judge} and field not in (select field from renamed)
        )
        select {slug}::text as subject, count(*) as failed_count,
               coalesce(string_agg(told, ', ' order by told), 'без изменений') as observed, array[]::text[] as examples
        from drift
    """,
    # The usual is the median of the source's earlier loads at the same position of the week: working time or not.
    "RAW-009": """
        with this as (
            select load_id, new_count, started_at, source_slug from ops.loads where load_id = {load_id}
        ),
        loads as (
            select load_id, new_count, started_at,
                   extract(isodow from started_at at time zone {tz}) < 6
                   and extract(hour from started_at at time zone {tz}) between 9 and 17 as is_working_time
            from ops.loads
            where source_slug = {slug} and (status = 'accepted' or load_id = {load_id})
        ),
        usual as (
            select count(*) as loads, percentile_cont(0.5) within group (order by loads.new_count) as median
            from loads, this
            where loads.load_id < this.load_id
              and loads.started_at > this.started_at - make_interval(days => {days_back})
              and is_working_time = (select is_working_time from loads where load_id = {load_id})
        )
        select {slug}::text as subject,
               (loads >= {loads_to_judge} and (new_count > median * {times} + {slack}
                or new_count < median / {times} - {slack}))::int as failed_count,
               'новых ' || new_count || ', обычно '
               || case when loads >= {loads_to_judge} then round(median)::text else 'неизвестно' end as observed,
               array[]::text[] as examples
        from this, usual
    """,
    # Records that say the same under different numbers: all stay, people must know of them.
    "RAW-012": """
        with bodies as (
            select record_ref,
                   row_number() over (
                       partition by payload #- string_to_array({id}, '.') order by record_ref
                   ) > 1 as is_copy
            from {table} where load_id = {load_id}
        )
        select {slug}::text as subject, count(*) filter (where is_copy) as failed_count,
               'одинаковых по содержанию: ' || count(*) filter (where is_copy) as observed,
               coalesce((array_agg(record_ref order by record_ref) filter (where is_copy))[:5], array[]::text[])
               as examples
        from bodies
    """,
    "RAW-010": _records("""
        select record_ref from {table} cross join unnest({personal}::text[]) as path
        where load_id = {load_id} and payload #> string_to_array(path, '.') is not null
          and payload #> string_to_array(path, '.') <> 'null'
    """),
    "RAW-011": _records("""
        select record_ref
        from (
            select record_ref, payload from {table} where load_id = {load_id} order by payload_hash limit {sample}
        ) as sample
        cross join lateral jsonb_path_query(payload, '$.** ? (@.type() == "string")') as word
        where word #>> array[]::text[] ~ {phone} or word #>> array[]::text[] ~ {email}
    """),
}
