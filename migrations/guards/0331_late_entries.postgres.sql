-- Guards of 0330 on PostgreSQL: the same rules.

create or replace trigger paper_late_entries_append_only before update or delete on paper_late_entries
    for each row execute function letopis_append_only();

create or replace trigger paper_closings_further_append_only before update or delete on paper_closings_further
    for each row execute function letopis_append_only();

create or replace trigger paper_late_entries_no_truncate before truncate on paper_late_entries
    for each statement execute function letopis_append_only();

create or replace trigger paper_closings_further_no_truncate before truncate on paper_closings_further
    for each statement execute function letopis_append_only();

-- A ground is written for the line that comes next, and for no other.
create or replace function letopis_paper_late_entries_in_order() returns trigger language plpgsql as $$
begin
    if trim(new.ground) = ''
        or new.no <> (select coalesce(max(no), 0) + 1 from paper_register where school = new.school) then
        raise exception 'append-only: paper_late_entries' using errcode = '23514';
    end if;
    return new;
end $$;
create or replace trigger paper_late_entries_in_order before insert on paper_late_entries
    for each row execute function letopis_paper_late_entries_in_order();

-- A closing line is drawn anew only after lines that came since the last one.
create or replace function letopis_paper_closings_further_in_order() returns trigger language plpgsql as $$
begin
    if not exists (select 1 from paper_closings where school = new.school and year = new.year and last_no < new.last_no)
        or exists (select 1 from paper_closings_further where school = new.school and year = new.year and last_no >= new.last_no)
        or not exists (select 1 from paper_register where school = new.school and year = new.year and no = new.last_no) then
        raise exception 'append-only: paper_closings_further' using errcode = '23514';
    end if;
    return new;
end $$;
create or replace trigger paper_closings_further_in_order before insert on paper_closings_further
    for each row execute function letopis_paper_closings_further_in_order();

-- The number of a line is the next after the last one; a year that has its closing line takes one only with its ground, any other year without.
create or replace function letopis_paper_register_in_order() returns trigger language plpgsql as $$
begin
    if new.no <> (select coalesce(max(no), 0) + 1 from paper_register where school = new.school)
        or (exists (select 1 from paper_closings where school = new.school and year = new.year))
            <> (exists (select 1 from paper_late_entries where school = new.school and no = new.no)) then
        raise exception 'append-only: paper_register' using errcode = '23514';
    end if;
    return new;
end $$;
