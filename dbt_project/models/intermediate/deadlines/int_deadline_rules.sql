-- Grain: one deadline rule, with how specific it is: the number of things it names, the municipality before all others;
-- and the family it belongs to: the rules that say the same thing one after another.
select
    rule_code,
    title,
    stage,
    municipality_code,
    channel_code,
    kind,
    topic_prefix,
    is_key_topic,
    priority,
    season_from,
    season_to,
    only_if_event,
    amount,
    unit,
    schedule_code,
    start_event,
    stop_event,
    pause_event,
    resume_event,
    coalesce(counts_unanswered_pause, false) as counts_unanswered_pause,
    -- no deferral puts a registration off
    coalesce(ends_on_deferral and stop_event != 'registered', false) as ends_on_deferral,
    shift,
    control_amount,
    extension_amount,
    coalesce(extension_needs_notice, false) as extension_needs_notice,
    valid_from,
    valid_to,
    legal_basis,
    (municipality_code is not null)::integer * 10
    + (channel_code is not null)::integer
    + (kind is not null)::integer
    + (topic_prefix is not null)::integer
    + (is_key_topic is not null)::integer
    + (priority is not null)::integer
    + (season_from is not null)::integer as specificity,
    concat_ws(
        ' / ', stage, coalesce(municipality_code, '*'), coalesce(channel_code, '*'), coalesce(kind, '*'),
        coalesce(topic_prefix, '*'), coalesce(is_key_topic::text, '*'), coalesce(priority, '*'),
        coalesce(season_from || '–' || season_to, '*')
    ) as family
from {{ ref('deadline_rules') }}
