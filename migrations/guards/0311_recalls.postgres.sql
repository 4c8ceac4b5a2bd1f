-- Guards of 0310 on PostgreSQL: the same rules.

create or replace trigger recalls_append_only before update or delete on recalls
    for each row execute function letopis_append_only();

create or replace trigger recalls_no_truncate before truncate on recalls
    for each statement execute function letopis_append_only();

create or replace function letopis_day_locked() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' and exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = old.school and k.year = old.year and c.id = old.course and old.date between k.starts and k.ends
        and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period
            and (r.state = 'refused' and not exists (select 1 from supplements s where s.school = r.school and s.id = r.id)
                or r.state in ('signed', 'sealed') and exists (select 1 from recalls w where w.school = r.school and w.copy = r.id and w.version = r.version
                    and w.withdraws = 0 and not exists (select 1 from recalls b where b.school = w.school and b.withdraws = w.no))))
        and not exists (select 1 from supplements s where s.school = k.school and s.year = k.year and s.class = k.class and s.period = k.period
            and (not exists (select 1 from supplement_ends e where e.school = s.school and e.id = s.id)
                or exists (select 1 from copies r where r.school = s.school and r.id = s.id and r.state = 'refused'))
            and exists (select 1 from changes h where h.school = s.school and h.tbl = tg_table_name and h.year = s.year and h.row_key = '["'||old.course||'","'||old.date||'","'||old.number||'"'
                    ||coalesce(',"'||(to_jsonb(old)->>'learner')||'"', '')||coalesce(',"'||(to_jsonb(old)->>'ordinal')||'"', '')||']'
                and h.seq > s.since and h.old_row = ''))) then
        raise exception 'period-closed: %', tg_table_name using errcode = '23514';
    end if;
    if tg_op <> 'DELETE' and exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = new.school and k.year = new.year and c.id = new.course and new.date between k.starts and k.ends
        and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period
            and (r.state = 'refused' and not exists (select 1 from supplements s where s.school = r.school and s.id = r.id)
                or r.state in ('signed', 'sealed') and exists (select 1 from recalls w where w.school = r.school and w.copy = r.id and w.version = r.version
                    and w.withdraws = 0 and not exists (select 1 from recalls b where b.school = w.school and b.withdraws = w.no))))
        and not exists (select 1 from supplements s where s.school = k.school and s.year = k.year and s.class = k.class and s.period = k.period
            and (not exists (select 1 from supplement_ends e where e.school = s.school and e.id = s.id)
                or exists (select 1 from copies r where r.school = s.school and r.id = s.id and r.state = 'refused')))) then
        raise exception 'period-closed: %', tg_table_name using errcode = '23514';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end $$;

create or replace function letopis_period_locked() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' and exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = old.school and k.year = old.year and c.id = old.course and (k.period = old.period or k.period = 'Y')
        and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period
            and (r.state = 'refused' and not exists (select 1 from supplements s where s.school = r.school and s.id = r.id)
                or r.state in ('signed', 'sealed') and exists (select 1 from recalls w where w.school = r.school and w.copy = r.id and w.version = r.version
                    and w.withdraws = 0 and not exists (select 1 from recalls b where b.school = w.school and b.withdraws = w.no))))
        and not exists (select 1 from supplements s where s.school = k.school and s.year = k.year and s.class = k.class and s.period = k.period
            and (not exists (select 1 from supplement_ends e where e.school = s.school and e.id = s.id)
                or exists (select 1 from copies r where r.school = s.school and r.id = s.id and r.state = 'refused'))
            and exists (select 1 from changes h where h.school = s.school and h.tbl = tg_table_name and h.year = s.year and h.row_key = '["'||old.course||'","'||old.learner||'","'||old.period||'"]'
                and h.seq > s.since and h.old_row = ''))) then
        raise exception 'period-closed: %', tg_table_name using errcode = '23514';
    end if;
    if tg_op <> 'DELETE' and exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = new.school and k.year = new.year and c.id = new.course and (k.period = new.period or k.period = 'Y')
        and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period
            and (r.state = 'refused' and not exists (select 1 from supplements s where s.school = r.school and s.id = r.id)
                or r.state in ('signed', 'sealed') and exists (select 1 from recalls w where w.school = r.school and w.copy = r.id and w.version = r.version
                    and w.withdraws = 0 and not exists (select 1 from recalls b where b.school = w.school and b.withdraws = w.no))))
        and not exists (select 1 from supplements s where s.school = k.school and s.year = k.year and s.class = k.class and s.period = k.period
            and (not exists (select 1 from supplement_ends e where e.school = s.school and e.id = s.id)
                or exists (select 1 from copies r where r.school = s.school and r.id = s.id and r.state = 'refused')))) then
        raise exception 'period-closed: %', tg_table_name using errcode = '23514';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end $$;
