-- Guards of 0330: late lines and further closing lines stay, and come in their order.

create trigger if not exists paper_late_entries_no_update before update on paper_late_entries
begin
    select raise(abort, 'append-only: paper_late_entries');
end;

create trigger if not exists paper_late_entries_no_delete before delete on paper_late_entries
begin
    select raise(abort, 'append-only: paper_late_entries');
end;

create trigger if not exists paper_closings_further_no_update before update on paper_closings_further
begin
    select raise(abort, 'append-only: paper_closings_further');
end;

create trigger if not exists paper_closings_further_no_delete before delete on paper_closings_further
begin
    select raise(abort, 'append-only: paper_closings_further');
end;

-- A ground is written for the line that comes next, and for no other.
create trigger if not exists paper_late_entries_in_order before insert on paper_late_entries
when trim(new.ground) = ''
    or new.no <> (select coalesce(max(no), 0) + 1 from paper_register where school = new.school)
begin
    select raise(abort, 'append-only: paper_late_entries');
end;

-- A closing line is drawn anew only after lines that came since the last one.
create trigger if not exists paper_closings_further_in_order before insert on paper_closings_further
when not exists (select 1 from paper_closings where school = new.school and year = new.year and last_no < new.last_no)
    or exists (select 1 from paper_closings_further where school = new.school and year = new.year and last_no >= new.last_no)
    or not exists (select 1 from paper_register where school = new.school and year = new.year and no = new.last_no)
begin
    select raise(abort, 'append-only: paper_closings_further');
end;

-- The number of a line is the next after the last one; a year that has its closing line takes one only with its ground, any other year without.
drop trigger if exists paper_register_in_order;

create trigger if not exists paper_register_in_order before insert on paper_register
when new.no <> (select coalesce(max(no), 0) + 1 from paper_register where school = new.school)
    or (exists (select 1 from paper_closings where school = new.school and year = new.year))
        <> (exists (select 1 from paper_late_entries where school = new.school and no = new.no))
begin
    select raise(abort, 'append-only: paper_register');
end;
