-- Deadlines of the models, of the bound, and those that differ although nothing moved them.
select
    (select count(*) from marts_next.fct_deadlines) as ours,
    (select count(*) from intermediate_next.bench_bound) as theirs,
    (
        select count(*)
        from marts_next.fct_deadlines as d
        left join intermediate_next.bench_bound as b on d.feedback_key = b.feedback_key and d.stage = b.stage
        where
            b.due_at is distinct from d.due_at
            and (b.due_at is null or (not d.is_extended and d.paused_amount = 0))
    ) as differ
