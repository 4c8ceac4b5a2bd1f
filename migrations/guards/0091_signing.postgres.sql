-- Guards of 0090 on PostgreSQL: the same rules.

create or replace trigger refusals_append_only before update or delete on refusals
    for each row execute function letopis_append_only();

create or replace trigger remarks_append_only before update or delete on remarks
    for each row execute function letopis_append_only();

create or replace trigger kept_statements_append_only before update or delete on kept_statements
    for each row execute function letopis_append_only();

create or replace trigger revocations_append_only before update or delete on revocations
    for each row execute function letopis_append_only();

create or replace trigger foreign_signatures_append_only before update or delete on foreign_signatures
    for each row execute function letopis_append_only();

-- A copy that came back with remarks opens its period for the correction, until its next version is made.

create or replace function letopis_day_locked() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' and exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = old.school and k.year = old.year and c.id = old.course and old.date between k.starts and k.ends and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period and r.state = 'refused')) then
        raise exception 'period-closed: %', tg_table_name using errcode = '23514';
    end if;
    if tg_op <> 'DELETE' and exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = new.school and k.year = new.year and c.id = new.course and new.date between k.starts and k.ends and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period and r.state = 'refused')) then
        raise exception 'period-closed: %', tg_table_name using errcode = '23514';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end $$;

create or replace function letopis_period_locked() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' and exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = old.school and k.year = old.year and c.id = old.course and (k.period = old.period or k.period = 'Y') and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period and r.state = 'refused')) then
        raise exception 'period-closed: %', tg_table_name using errcode = '23514';
    end if;
    if tg_op <> 'DELETE' and exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = new.school and k.year = new.year and c.id = new.course and (k.period = new.period or k.period = 'Y') and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period and r.state = 'refused')) then
        raise exception 'period-closed: %', tg_table_name using errcode = '23514';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end $$;
