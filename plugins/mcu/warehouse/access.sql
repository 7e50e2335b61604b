-- Who may see which part of the city. Safe to rerun; runs after hardening.sql as superuser, to whom the schema belongs,
-- so that neither loading nor building can give a right.
--
-- Each person has a login role of PostgreSQL; Superset connects as the person who asks (superset/guard/person.py). The
-- views of `bi` ask for `session_user`, which no query can change, unlike a setting or `current_user`. What a role sees
-- never changes: other rights are another role. So a connection made under rights of before reads no row of new ones.

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

revoke all on access.rights, access.scopes from public, mcu_loader;
grant select on access.scopes to mcu_transformer;

-- What somebody sees, as one word: equal for people who see the same, and for nobody else.
create or replace function access.fingerprint_of(scopes jsonb) returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$
    select left(encode(sha256(convert_to(
        jsonb_agg(distinct jsonb_build_array(s ->> 'municipality', s ->> 'block', s ->> 'recipient'))::text, 'UTF8'
    )), 'hex'), 32)
    from jsonb_array_elements(scopes) as s
$$;

-- The name of a person's role. It tells nothing of the person to others who can list the roles.
drop function if exists access.role_of(text);
create or replace function access.role_of(login text, fingerprint text) returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$ select 'mcu_person_' || left(encode(sha256(convert_to(login || E'\n' || fingerprint, 'UTF8')), 'hex'), 20) $$;

-- Which scopes of `people` the reference data does not know; null if it knows all, or is not built yet. The relations
-- belong to the transformer, who could put a view there: its SQL runs with the transformer's rights, not with those of
-- the superuser or of whoever gives rights. Nobody can become this role, and it owns nothing else.
do $$
begin
    if to_regrole('mcu_rights_check') is null then
        create role mcu_rights_check nologin;
    end if;
end;
$$;
grant mcu_transformer to mcu_rights_check with inherit true, set false;

create or replace function access.unknown_scopes(people jsonb) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    if to_regclass('reference.recipients') is null then
        return null;
    end if;
    return (
        select string_agg(format('%s: %s', g.login, concat_ws(' ', g.municipality, g.block, g.recipient)), '; '
            order by g.login)
        from (
            select p ->> 'login' as login, s ->> 'municipality' as municipality, s ->> 'block' as block,
                s ->> 'recipient' as recipient
            from jsonb_array_elements(people) as p
            cross join jsonb_array_elements(p -> 'scopes') as s
        ) as g
        where
            g.municipality != '*'
            and not exists (select from reference.municipalities as m where m.municipality_code = g.municipality)
            or g.block is not null and not exists (
                select from reference.sector_blocks as b
                where b.block_code = g.block and b.municipality_code = g.municipality
            )
            or g.recipient is not null and not exists (
                select from reference.recipients as r
                where r.recipient_code = g.recipient and r.municipality_code = g.municipality
            )
    );
end;
$$;
alter function access.unknown_scopes owner to mcu_rights_check;

-- Makes access.rights and the login roles equal to `people`: a list of {"login", "role", "verifier", "scopes"}, where a
-- scope is {"municipality", "block", "recipient"} and the verifier that of the role's password. Whoever is not in it,
-- or sees something else now, loses the role of before, and its open sessions end. Returns login → fingerprint.
drop function if exists access.set_rights(jsonb);
create function access.set_rights(people jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    person record;
    setting record;
    unknown text;
begin
    -- two at once would make the same role twice
    lock table access.rights in exclusive mode;

    unknown := access.unknown_scopes(people);
    if unknown is not null then
        raise exception 'в справочниках нет таких кодов: %', unknown using errcode = 'MC001';
    end if;

    create temporary table given on commit drop as
    select
        access.role_of(p ->> 'login', access.fingerprint_of(p -> 'scopes')) as role_name,
        p ->> 'login' as login,
        p ->> 'role' as role,
        s ->> 'municipality' as municipality_code,
        s ->> 'block' as block_code,
        s ->> 'recipient' as recipient_code
    from jsonb_array_elements(people) as p
    cross join jsonb_array_elements(p -> 'scopes') as s;

    for person in
        select
            access.role_of(p ->> 'login', access.fingerprint_of(p -> 'scopes')) as name,
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

    -- a query that runs has seen the scopes of before; a session that begins meanwhile has no rights after the commit
    for person in
        select rolname as name from pg_roles
        where rolname ~ '^mcu_person_[0-9a-f]{20}$' and rolname not in (select g.role_name from pg_temp.given as g)
    loop
        perform pg_terminate_backend(pid) from pg_stat_activity where usename = person.name;
        execute format('drop role %I', person.name);
    end loop;

    delete from access.rights;
    insert into access.rights table pg_temp.given;
    return (
        select coalesce(jsonb_object_agg(p ->> 'login', access.fingerprint_of(p -> 'scopes')), '{}')
        from jsonb_array_elements(people) as p
    );
end;
$$;

-- Which calculation of the marts people read, as one word: part of each key of Superset's cache. It changes in the
-- transaction that publishes another one.
create or replace function access.published() returns text
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$ select run_id || ' ' || finished_at from ops.transform_runs where stands_in = 'published' $$;

revoke execute on function
    access.fingerprint_of, access.role_of, access.unknown_scopes, access.set_rights, access.published
from public;
-- Superset's synchronisation; whoever has this login can give rights, and read nothing.
revoke usage on schema access from mcu_loader;
grant usage on schema access to mcu_access, mcu_transformer;
grant execute on function access.set_rights to mcu_access;
-- Superset's shared login, which sees no row
grant usage on schema access to mcu_reader;
grant execute on function access.published to mcu_reader;
alter role mcu_access connection limit 5;
alter role mcu_access set statement_timeout = '60s';
