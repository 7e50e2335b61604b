-- Who may see which part of the city. Safe to rerun; runs after hardening.sql as superuser, to whom the schema belongs,
-- so that neither loading nor building can give a right.
--
-- Each person has a login role of PostgreSQL; Superset connects as the person who asks (superset/guard/person.py). The
-- views of `bi` ask for `session_user`, which no query can change, unlike a setting or `current_user`.

create schema if not exists access;

create table if not exists access.rights (
    role_name text not null,
    login text not null,
    role text not null,
    municipality_code text not null,
    block_code text,
    recipient_code text,
    constraint one_part check (num_nonnulls(block_code, recipient_code) <= 1),
    constraint whole_city check (municipality_code != '*' or num_nonnulls(block_code, recipient_code) = 0),
    constraint once unique nulls not distinct (role_name, municipality_code, block_code, recipient_code)
);
comment on table access.rights is 'what access.csv says: a person × a part of the city that the person may see';
comment on column access.rights.role_name is 'the person''s login role in PostgreSQL';
comment on column access.rights.municipality_code is '*: every municipality';

-- No row for whoever has no right, so that every view of `bi` is empty for them. The roles that load and build count
-- and check the whole.
create or replace view access.scopes as
select
    municipality_code,
    block_code,
    recipient_code
from access.rights
where role_name = session_user::text
union all
select
    '*' as municipality_code,
    null as block_code,
    null as recipient_code
from pg_catalog.pg_roles
where rolname = session_user and (rolsuper or rolname in ('mcu_loader', 'mcu_transformer'));

revoke all on access.rights, access.scopes from public;
grant select on access.rights to mcu_loader;
grant select on access.scopes to mcu_loader, mcu_transformer;

-- The name of a person's role. It tells nothing of the person to others who can list the roles.
create or replace function access.role_of(login text) returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select 'mcu_person_' || left(encode(sha256(convert_to(login, 'UTF8')), 'hex'), 20) $$;

-- Makes access.rights and the login roles equal to `people`: a list of {"login", "role", "verifier", "scopes"}, where a
-- scope is {"municipality", "block", "recipient"} and the verifier that of the role's password. Whoever is not in it
-- loses the role; open sessions of theirs end, and those of people whose scopes have changed. Returns how many roles
-- were removed.
create or replace function access.set_rights(people jsonb) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    person record;
    setting record;
    removed integer := 0;
    unknown text;
begin
    -- two at once would make the same role twice
    lock table access.rights in exclusive mode;

    create temporary table given on commit drop as
    select
        access.role_of(p ->> 'login') as role_name,
        p ->> 'login' as login,
        p ->> 'role' as role,
        s ->> 'municipality' as municipality_code,
        s ->> 'block' as block_code,
        s ->> 'recipient' as recipient_code
    from jsonb_array_elements(people) as p
    cross join jsonb_array_elements(p -> 'scopes') as s;

    -- before the first build the reference data is not there
    if to_regclass('reference.recipients') is not null then
        select string_agg(format('%s: %s', g.login, concat_ws(' ', g.municipality_code, g.block_code,
            g.recipient_code)), '; ' order by g.login)
        into unknown
        from pg_temp.given as g
        where
            g.municipality_code != '*'
            and not exists (select from reference.municipalities as m where m.municipality_code = g.municipality_code)
            or g.block_code is not null and not exists (
                select from reference.sector_blocks as b
                where b.block_code = g.block_code and b.municipality_code = g.municipality_code
            )
            or g.recipient_code is not null and not exists (
                select from reference.recipients as r
                where r.recipient_code = g.recipient_code and r.municipality_code = g.municipality_code
            );
        if unknown is not null then
            raise exception 'в справочниках нет таких кодов: %', unknown using errcode = 'MC001';
        end if;
    end if;

    for person in
        select
            access.role_of(p ->> 'login') as name,
            p ->> 'verifier' as verifier
        from jsonb_array_elements(people) as p
        order by 1
    loop
        if person.verifier not like 'SCRAM-SHA-256$%' then
            raise exception 'the verifier of a password is expected, not the password' using errcode = 'MC002';
        end if;
        if to_regrole(person.name) is null then
            execute format('create role %I login connection limit 10', person.name);
        end if;
        execute format('alter role %I password %L', person.name, person.verifier);
        execute format('grant mcu_reader to %I with set false', person.name);
        -- limits of a role are not inherited by its members
        for setting in
            select split_part(c, '=', 1) as name, substr(c, strpos(c, '=') + 1) as value
            from pg_db_role_setting, unnest(setconfig) as c
            where setrole = 'mcu_reader'::regrole and setdatabase = 0
        loop
            execute format('alter role %I set %I = %L', person.name, setting.name, setting.value);
        end loop;
    end loop;

    for person in
        select rolname as name from pg_roles
        where rolname ~ '^mcu_person_[0-9a-f]{20}$' and rolname not in (select g.role_name from pg_temp.given as g)
    loop
        perform pg_terminate_backend(pid) from pg_stat_activity where usename = person.name;
        execute format('drop role %I', person.name);
        removed := removed + 1;
    end loop;

    -- a query that runs has seen the scopes of before
    perform pg_terminate_backend(pid)
    from pg_stat_activity
    where usename in (
        select role_name from (
            (table pg_temp.given except table access.rights) union all (table access.rights except table pg_temp.given)
        ) as changed
    );
    delete from access.rights;
    insert into access.rights table pg_temp.given;
    return removed;
end;
$$;
revoke execute on function access.role_of, access.set_rights from public;
-- Superset's synchronisation; whoever has this login can give rights, and read nothing.
grant usage on schema access to mcu_access, mcu_transformer, mcu_loader;
grant execute on function access.set_rights to mcu_access;
alter role mcu_access connection limit 5;
alter role mcu_access set statement_timeout = '60s';
