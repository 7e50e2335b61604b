-- Grain: scheme × period × unit (recipient, block or municipality) × what is measured. The share as it is, and as it
-- would be with the topics of all: the expected share is that of all others, theme by theme and month by month
-- (indirect standardisation). Where nobody else works on a theme, the share of all themes is expected, and nothing is
-- corrected.
{{ config(
    materialized='incremental', incremental_strategy='replace',
    meta={'replace': 'int_recount_periods', 'key': 'period_key'},
    tags=['each_run'],
    indexes=[{'columns': ['period_key']}]
) }}

with counts as (
    select * from {{ ref('int_rating_counts') }}
),

units as (
    select * from {{ ref('int_rating_units') }}
),

kinds as (
    select distinct
        period,
        only_channel
    from units
),

-- the parts of each period, for all channels or for one
parts as (
    select
        k.period,
        k.only_channel,
        date_trunc(k.period, c.part_on)::date as period_start,
        c.period_month,
        c.theme_code,
        c.component_code,
        c.municipality_code,
        c.recipient_code,
        c.block_code,
        sum(c.items_count) as items_count,
        sum(c.good) as good
    from counts as c
    inner join kinds as k on k.only_channel in ('', c.channel_code)
    where {{ in_recounted_periods(period_key('k.period', 'date_trunc(k.period, c.part_on)::date')) }}
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9
),

-- beside each part what everybody has of its theme in its month
strata as (
    select
        *,
        sum(items_count) over stratum as stratum_items,
        sum(good) over stratum as stratum_good,
        sum(good) over of_all / sum(items_count) over of_all as share_of_all
    from parts
    window
        stratum as (partition by period, only_channel, period_start, component_code, period_month, theme_code),
        of_all as (partition by period, only_channel, period_start, component_code)
),

own as (
    select
        u.scheme_code,
        p.period,
        p.period_start,
        u.peers_key,
        p.municipality_code,
        u.unit_code,
        p.component_code,
        p.period_month,
        p.theme_code,
        sum(p.items_count) as items_count,
        sum(p.good) as good,
        min(p.stratum_items) as stratum_items,
        min(p.stratum_good) as stratum_good,
        min(p.share_of_all) as share_of_all
    from strata as p
    inner join units as u
        on
            p.period || ' ' || p.only_channel || ' ' || p.recipient_code = u.join_key
            and p.block_code = coalesce(u.block_code, p.block_code)
            and {{ in_force('u', 'p.period_start') }}
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9
),

expected as (
    select
        *,
        items_count
        * (stratum_good - good + {{ var('rating').case_mix_items }} * share_of_all)
        / (stratum_items - items_count + {{ var('rating').case_mix_items }}) as expected_good
    from own
),

summed as (
    select
        scheme_code,
        period,
        period_start,
        peers_key,
        municipality_code,
        unit_code,
        component_code,
        sum(items_count)::integer as items_count,
        sum(good) as good,
        sum(expected_good) as expected_good,
        min(share_of_all) as share_of_all
    from expected
    group by scheme_code, period, period_start, peers_key, municipality_code, unit_code, component_code
)

select
    {{ period_key('period', 'period_start') }} as period_key,
    scheme_code,
    period,
    period_start,
    peers_key,
    municipality_code,
    unit_code,
    component_code,
    items_count,
    good,
    round(expected_good / items_count, 12) as expected_share,
    round(share_of_all, 12) as share_of_all,
    round(greatest(0, least(1, (good - expected_good) / items_count + share_of_all)), 12) as adjusted_share
from summed
