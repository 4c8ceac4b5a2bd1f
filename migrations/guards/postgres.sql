-- Guards on PostgreSQL: the same rules as sqlite.sql. Run once, after 0001.

create or replace function letopis_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'append-only: %', tg_table_name using errcode = '23514';
end $$;

create or replace trigger closures_append_only before update or delete on closures
    for each row execute function letopis_append_only();

create or replace trigger snapshots_append_only before update or delete on snapshots
    for each row execute function letopis_append_only();

create or replace trigger statements_append_only before update or delete on statements
    for each row execute function letopis_append_only();

create or replace trigger certificates_append_only before update or delete on certificates
    for each row execute function letopis_append_only();

create or replace trigger register_append_only before update or delete on register
    for each row execute function letopis_append_only();

create or replace trigger log_entries_append_only before update or delete on log_entries
    for each row execute function letopis_append_only();

create or replace trigger checkpoints_append_only before update or delete on checkpoints
    for each row execute function letopis_append_only();

create or replace trigger bundles_append_only before update or delete on bundles
    for each row execute function letopis_append_only();

create or replace function letopis_copies_facts_stay() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or new.snapshot <> old.snapshot or new.number <> old.number
        or (old.issued_pdf <> '' and new.issued_pdf <> old.issued_pdf) then
        raise exception 'append-only: copies' using errcode = '23514';
    end if;
    return new;
end $$;
create or replace trigger copies_facts_stay before update or delete on copies
    for each row execute function letopis_copies_facts_stay();

create or replace function letopis_day_locked() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' and exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = old.school and k.year = old.year and c.id = old.course and old.date between k.starts and k.ends) then
        raise exception 'period-closed: %', tg_table_name using errcode = '23514';
    end if;
    if tg_op <> 'DELETE' and exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = new.school and k.year = new.year and c.id = new.course and new.date between k.starts and k.ends) then
        raise exception 'period-closed: %', tg_table_name using errcode = '23514';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end $$;

create or replace function letopis_period_locked() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' and exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = old.school and k.year = old.year and c.id = old.course and (k.period = old.period or k.period = 'Y')) then
        raise exception 'period-closed: %', tg_table_name using errcode = '23514';
    end if;
    if tg_op <> 'DELETE' and exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = new.school and k.year = new.year and c.id = new.course and (k.period = new.period or k.period = 'Y')) then
        raise exception 'period-closed: %', tg_table_name using errcode = '23514';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end $$;

create or replace trigger lessons_locked before insert or update or delete on lessons
    for each row execute function letopis_day_locked();

create or replace trigger marks_locked before insert or update or delete on marks
    for each row execute function letopis_day_locked();

create or replace trigger absences_locked before insert or update or delete on absences
    for each row execute function letopis_day_locked();

create or replace trigger final_marks_locked before insert or update or delete on final_marks
    for each row execute function letopis_period_locked();

create or replace function letopis_course_locked() returns trigger language plpgsql as $$
begin
    if exists (select 1 from closures k where k.school = old.school and k.year = old.year and k.class = old.class) and (tg_op = 'DELETE' or new.class <> old.class or new.subject <> old.subject
        or new.id <> old.id) then
        raise exception 'period-closed: %', tg_table_name using errcode = '23514';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end $$;

create or replace trigger courses_locked before update or delete on courses
    for each row execute function letopis_course_locked();
