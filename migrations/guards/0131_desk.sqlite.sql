-- Guards on SQLite: a closed year's teachers are read-only. Run once, after 0130.

create trigger if not exists earlier_teachers_insert_archived before insert on earlier_teachers
when exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: earlier_teachers');
end;

create trigger if not exists earlier_teachers_update_archived before update on earlier_teachers
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year) or exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: earlier_teachers');
end;

create trigger if not exists earlier_teachers_delete_archived before delete on earlier_teachers
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year)
begin
    select raise(abort, 'year-closed: earlier_teachers');
end;
