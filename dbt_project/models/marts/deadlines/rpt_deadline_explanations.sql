-- Grain: item × stage. The proof of a deadline: as data, and as one paragraph built from it in the words of the acts.
-- A view: quick for one item, nothing to keep in step.
{{ config(materialized='view', post_hook=[]) }}
{%- set ended_ru -%}
    case ending
        when 'deferred' then 'Решение отложено '
        when 'forwarded' then 'Направлено по компетенции и снято с контроля '
        when 'left_without_answer'
            then 'Оставлено без ответа (Федеральный закон № 59-ФЗ, ст. 11) и снято с контроля '
        when 'deleted_by_author' then 'Удалено автором и снято с контроля '
        when 'withdrawn' then 'Отозвано автором и снято с контроля '
        else 'Снято с контроля '
    end
{%- endset %}

with deadline_status as (
    select * from {{ ref('rpt_deadline_status') }}
),

feedback as (
    select * from {{ ref('fct_feedback') }}
),

municipalities as (
    select * from {{ ref('dim_municipality') }}
),

stages as (
    select * from {{ ref('stages') }}
),

rules as (
    select * from {{ ref('int_deadline_rules') }}
),

milestones as (
    select * from {{ ref('int_milestones') }}
),

pauses as (
    select * from {{ ref('int_pauses') }}
),

choices as not materialized (
    select * from {{ ref('rpt_rule_choices') }}
),

loaded_moments as not materialized (
    select * from {{ ref('int_loaded_moments') }}
),

work_days as not materialized (
    select * from {{ ref('int_work_days') }}
),

deadlines as (
    select
        s.*,
        f.source_slug,
        f.record_ref,
        m.time_zone,
        g.title as stage_title,
        g.sort_order,
        r.title as rule,
        r.amount,
        r.shift,
        r.extension_amount,
        r.extension_needs_notice,
        r.start_event,
        r.counts_unanswered_pause,
        x.extended_at,
        w.conditions,
        w.rivals,
        v.loaded_at,
        {{ local_date('s.started_at', 'm.time_zone') }} as started_on,
        {{ local_date('s.due_at', 'm.time_zone') }} as due_on
    from deadline_status as s
    inner join feedback as f on s.feedback_key = f.feedback_key
    inner join municipalities as m on s.municipality_code = m.municipality_code
    inner join stages as g on s.stage = g.stage
    left join rules as r on s.rule_code = r.rule_code
    left join milestones as x on s.feedback_key = x.feedback_key
    -- looked up by each deadline's key: as a plain join the planner reads the choices of all items first
    left join lateral (
        select c.*
        from choices as c
        where c.feedback_key = s.feedback_key and c.stage = s.stage
        offset 0
    ) as w on true
    -- what the source does not date carries the moment of a load
    left join lateral (
        select array_agg(l.loaded_at) as loaded_at
        from loaded_moments as l
        where l.source_slug = f.source_slug and l.record_ref = f.record_ref
    ) as v on true
),

explained as (
    select
        t.*,
        -- the day from which a deadline in days is counted, the first instant of work of one in working hours
        case
            when t.unit in ('calendar_days', 'working_days') then t.started_on + 1
        end as first_day,
        n.value as first_instant,
        p.pauses,
        p.pauses_ru,
        d.skipped_days,
        d.skipped_ru,
        l.plain_day,
        l.plain_title
    from deadlines as t
    left join lateral {{ next_working_instant('t.schedule_code', 't.started_at') }} as n on t.unit = 'working_hours'
    left join lateral (
        select
            jsonb_agg(
                jsonb_build_object(
                    'from', q.paused_at, 'to', q.ends_at, 'is_answered', q.is_answered, 'amount', q.paused_amount
                )
                order by q.pause_no
            ) as pauses,
            string_agg(
                'с ' || {{ moment_ru('q.paused_at', 't.time_zone') }}
                || coalesce(' по ' || {{ moment_ru('q.ends_at', 't.time_zone') }}, ' и не возобновлено')
                || case when q.is_answered or q.ends_at is null then '' else ' (до исполнения)' end,
                '; ' order by q.pause_no
            ) as pauses_ru
        from pauses as q
        where
            q.feedback_key = t.feedback_key
            and q.stage = t.stage
            and q.paused_at <= t.due_at
    ) as p on true
    -- days off between the start and the end, joined where they follow each other under one name
    left join lateral (
        select
            jsonb_agg(
                jsonb_build_object('from', r.day_from, 'to', r.day_to, 'title', r.title)
                order by r.day_from
            ) as skipped_days,
            string_agg(
                to_char(r.day_from, 'DD.MM.YYYY')
                || case when r.day_to > r.day_from then '–' || to_char(r.day_to, 'DD.MM.YYYY') else '' end
                || ' — ' || r.title,
                '; ' order by r.day_from
            ) as skipped_ru
        from (
            select
                min(k.date_on) as day_from,
                max(k.date_on) as day_to,
                k.title
            from (
                select
                    c.date_on,
                    case when c.kind = 'ordinary' then 'выходной день' else coalesce(c.title, 'нерабочий день') end
                        as title,
                    c.date_on - row_number() over (
                        partition by case when c.kind = 'ordinary' then '' else coalesce(c.title, '') end
                        order by c.date_on
                    )::integer as island
                from work_days as c
                where
                    c.schedule_code = t.schedule_code
                    -- of a deadline in hours the day of the start counts as well
                    and c.date_on
                    between t.started_on + case when t.unit = 'working_hours' then 0 else 1 end and t.due_on
                    and not c.is_working
                    and (t.unit in ('working_days', 'working_hours') or c.kind != 'ordinary')
            ) as k
            group by k.title, k.island
        ) as r
    ) as d on true
    -- the last day before it was moved, if it was not worked
    left join lateral (
        select
            c.date_on as plain_day,
            case when c.kind = 'ordinary' then 'выходной день' else coalesce(c.title, 'нерабочий день') end
                as plain_title
        from work_days as c
        where
            c.schedule_code = t.schedule_code
            and c.date_on
            = t.started_on + t.amount + t.paused_amount::integer
            + case when t.is_extended then t.extension_amount else 0 end
            and not c.is_working
    ) as l on t.unit = 'calendar_days'
)

select
    feedback_key,
    stage,
    source_slug,
    record_ref,
    sort_order,
    rule_code,
    rule,
    legal_basis,
    unit,
    amount,
    conditions as rule_conditions,
    rivals as rule_rivals,
    shift,
    started_at,
    first_day as first_day_on,
    first_instant as first_instant_at,
    coalesce(skipped_days, '[]') as skipped_days,
    coalesce(pauses, '[]') as pauses,
    case when is_extended then extension_amount end as extension_amount,
    case when is_extended then extended_at end as extended_at,
    case when plain_day != due_on then plain_day end as moved_from_on,
    due_at,
    control_due_at,
    done_at,
    status,
    left_amount,
    left_seconds,
    as_of,
    concat_ws(
        ' ',
        stage_title || '. Основание: ' || legal_basis || '.',
        case
            when rule_code = 'promised_date' then 'Срок — дата, обещанная автору при отложении решения.'
            when rule is null then 'Срок установлен системой-источником.'
            else
                'Срок — ' || {{ amount_ru('amount', 'unit') }} || ', исчисляется с '
                || case start_event
                    when 'received' then 'момента поступления'
                    when 'registered' then 'момента регистрации'
                    when 'first_reply' then 'момента первого ответа'
                    when 'interim_reply' then 'момента первого ответа, не являющегося окончательным'
                    when 'requested' then 'момента направления запроса'
                    when 'deferred' then 'дня, когда решение отложено,'
                    when 'reopened' then 'дня возобновления'
                    else start_event
                end
                || ' (' || {{ moment_ru('started_at', 'time_zone') }} || ')'
                || case
                    when first_day is not null
                        then
                            '; день начала в срок не входит, первый день срока — '
                            || to_char(first_day, 'DD.MM.YYYY') || '.'
                    when first_instant > started_at
                        then
                            '; событие произошло в нерабочее время, срок течёт с '
                            || {{ moment_ru('first_instant', 'time_zone') }} || '.'
                    else '.'
                end
        end,
        case
            when rule is not null
                then
                    'Правило «' || rule || '» применено'
                    || coalesce(' по условиям: ' || conditions, ', так как действует для всех') || '.'
        end,
        case
            when rivals is null then null
            when rule is null then 'Он важнее правил, которые подошли бы: ' || rivals || '.'
            else 'Подходят и менее точные правила: ' || rivals || '.'
        end,
        case
            when started_at = any(loaded_at)
                then
                    case when start_event = 'received' then 'Дату поступления' else 'Дату начала срока' end
                    || ' система не сообщила: взят момент загрузки записи на платформу.'
        end,
        case
            when unit = 'working_hours' then 'Считается только рабочее время администрации.'
            when unit = 'working_days' then 'Считаются только рабочие дни.'
        end,
        case
            when skipped_ru is null then null
            when unit in ('working_days', 'working_hours') then 'Пропущены: ' || skipped_ru || '.'
            else 'В срок вошли нерабочие дни: ' || skipped_ru || '.'
        end,
        case
            when pauses_ru is not null and paused_amount > 0
                then
                    'Течение срока приостанавливалось: ' || pauses_ru || '; срок отодвинут на '
                    || case
                        when unit in ('calendar_days', 'working_days') then {{ days_ru('paused_amount', 'unit') }}
                        when unit = 'working_hours' then {{ hours_ru('paused_amount') }} || ' рабочего времени'
                        else {{ hours_ru('paused_amount') }}
                    end || '.'
            when pauses_ru is not null then 'Течение срока приостановлено: ' || pauses_ru || '.'
        end,
        case
            when is_extended
                then
                    'Срок продлён '
                    || case
                        when date_trunc('second', extended_at) = any(loaded_at)
                            then '(когда, система не сообщила; на платформе известно с '
                        else ''
                    end
                    || {{ moment_ru('extended_at', 'time_zone') }}
                    || case when date_trunc('second', extended_at) = any(loaded_at) then ')' else '' end
                    || ' на ' || {{ amount_ru('extension_amount', 'unit') }}
                    || case when extension_needs_notice then '; автор должен быть уведомлён о продлении.' else '.' end
        end,
        case
            when plain_day is null then null
            when due_on > plain_day
                then
                    'Последний день ' || to_char(plain_day, 'DD.MM.YYYY') || ' — ' || plain_title
                    || ', срок перенесён на ближайший следующий рабочий день.'
            when due_on < plain_day
                then
                    'Последний день ' || to_char(plain_day, 'DD.MM.YYYY') || ' — ' || plain_title
                    || ', срок перенесён на предшествующий рабочий день.'
            else
                'Последний день ' || to_char(plain_day, 'DD.MM.YYYY') || ' — ' || plain_title
                || '; перенос правилом не предусмотрен.'
        end,
        'Срок истекает ' || {{ moment_ru('due_at', 'time_zone') }} || '.',
        'Контрольный срок — ' || {{ moment_ru('control_due_at', 'time_zone') }} || '.',
        case status
            when 'met' then 'Исполнено ' || {{ moment_ru('done_at', 'time_zone') }} || ', в срок.'
            when 'late'
                then
                    coalesce(
                        'Исполнено ' || {{ moment_ru('done_at', 'time_zone') }} || ', с нарушением срока.',
                        {{ ended_ru }} || {{ moment_ru('cancelled_at', 'time_zone') }}
                        || ', после срока: срок нарушен.'
                    )
            when 'cancelled' then {{ ended_ru }} || {{ moment_ru('cancelled_at', 'time_zone') }} || '.'
            when 'unanswered'
                then
                    'Закрыто ' || {{ moment_ru('cancelled_at', 'time_zone') }}
                    || ' без ответа автору: срок считается нарушенным.'
            when 'paused' then 'На ' || {{ moment_ru('as_of', 'time_zone') }} || ' срок приостановлен и не течёт.'
            else
                'На ' || {{ moment_ru('as_of', 'time_zone') }} || ' не исполнено; '
                || case when status like 'waiting%' then 'ответ за другим органом; ' else '' end
                || case when status in ('running', 'waiting') then 'осталось: ' else 'просрочено на: ' end
                || case
                    when unit in ('calendar_days', 'working_days')
                        then {{ days_ru('abs(left_amount)::bigint', 'unit') }}
                    when unit = 'working_hours' then {{ hours_ru('abs(left_working_seconds)') }} || ' рабочего времени'
                    else {{ hours_ru('abs(left_seconds)') }}
                end || '.'
        end,
        case
            when coalesce(done_at, cancelled_at) = any(loaded_at)
                then 'Дату этого события система не сообщила: взят момент загрузки записи на платформу.'
        end
    ) as paragraph
from explained
