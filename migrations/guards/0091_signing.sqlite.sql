-- Guards of 0090 on SQLite: what was said, kept, revoked or scanned stays.

create trigger if not exists refusals_no_update before update on refusals
begin
    select raise(abort, 'append-only: refusals');
end;

create trigger if not exists refusals_no_delete before delete on refusals
begin
    select raise(abort, 'append-only: refusals');
end;

create trigger if not exists remarks_no_update before update on remarks
begin
    select raise(abort, 'append-only: remarks');
end;

create trigger if not exists remarks_no_delete before delete on remarks
begin
    select raise(abort, 'append-only: remarks');
end;

create trigger if not exists kept_statements_no_update before update on kept_statements
begin
    select raise(abort, 'append-only: kept_statements');
end;

create trigger if not exists kept_statements_no_delete before delete on kept_statements
begin
    select raise(abort, 'append-only: kept_statements');
end;

create trigger if not exists revocations_no_update before update on revocations
begin
    select raise(abort, 'append-only: revocations');
end;

create trigger if not exists revocations_no_delete before delete on revocations
begin
    select raise(abort, 'append-only: revocations');
end;

create trigger if not exists foreign_signatures_no_update before update on foreign_signatures
begin
    select raise(abort, 'append-only: foreign_signatures');
end;

create trigger if not exists foreign_signatures_no_delete before delete on foreign_signatures
begin
    select raise(abort, 'append-only: foreign_signatures');
end;

-- A copy that came back with remarks opens its period for the correction, until its next version is made.

drop trigger if exists lessons_insert_locked;

create trigger if not exists lessons_insert_locked before insert on lessons
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = new.school and k.year = new.year and c.id = new.course and new.date between k.starts and k.ends and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period and r.state = 'refused'))
begin
    select raise(abort, 'period-closed: lessons');
end;

drop trigger if exists lessons_update_locked;

create trigger if not exists lessons_update_locked before update on lessons
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = old.school and k.year = old.year and c.id = old.course and old.date between k.starts and k.ends and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period and r.state = 'refused')) or exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = new.school and k.year = new.year and c.id = new.course and new.date between k.starts and k.ends and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period and r.state = 'refused'))
begin
    select raise(abort, 'period-closed: lessons');
end;

drop trigger if exists lessons_delete_locked;

create trigger if not exists lessons_delete_locked before delete on lessons
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = old.school and k.year = old.year and c.id = old.course and old.date between k.starts and k.ends and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period and r.state = 'refused'))
begin
    select raise(abort, 'period-closed: lessons');
end;

drop trigger if exists marks_insert_locked;

create trigger if not exists marks_insert_locked before insert on marks
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = new.school and k.year = new.year and c.id = new.course and new.date between k.starts and k.ends and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period and r.state = 'refused'))
begin
    select raise(abort, 'period-closed: marks');
end;

drop trigger if exists marks_update_locked;

create trigger if not exists marks_update_locked before update on marks
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = old.school and k.year = old.year and c.id = old.course and old.date between k.starts and k.ends and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period and r.state = 'refused')) or exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = new.school and k.year = new.year and c.id = new.course and new.date between k.starts and k.ends and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period and r.state = 'refused'))
begin
    select raise(abort, 'period-closed: marks');
end;

drop trigger if exists marks_delete_locked;

create trigger if not exists marks_delete_locked before delete on marks
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = old.school and k.year = old.year and c.id = old.course and old.date between k.starts and k.ends and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period and r.state = 'refused'))
begin
    select raise(abort, 'period-closed: marks');
end;

drop trigger if exists absences_insert_locked;

create trigger if not exists absences_insert_locked before insert on absences
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = new.school and k.year = new.year and c.id = new.course and new.date between k.starts and k.ends and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period and r.state = 'refused'))
begin
    select raise(abort, 'period-closed: absences');
end;

drop trigger if exists absences_update_locked;

create trigger if not exists absences_update_locked before update on absences
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = old.school and k.year = old.year and c.id = old.course and old.date between k.starts and k.ends and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period and r.state = 'refused')) or exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = new.school and k.year = new.year and c.id = new.course and new.date between k.starts and k.ends and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period and r.state = 'refused'))
begin
    select raise(abort, 'period-closed: absences');
end;

drop trigger if exists absences_delete_locked;

create trigger if not exists absences_delete_locked before delete on absences
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = old.school and k.year = old.year and c.id = old.course and old.date between k.starts and k.ends and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period and r.state = 'refused'))
begin
    select raise(abort, 'period-closed: absences');
end;

drop trigger if exists final_marks_insert_locked;

create trigger if not exists final_marks_insert_locked before insert on final_marks
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = new.school and k.year = new.year and c.id = new.course and (k.period = new.period or k.period = 'Y') and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period and r.state = 'refused'))
begin
    select raise(abort, 'period-closed: final_marks');
end;

drop trigger if exists final_marks_update_locked;

create trigger if not exists final_marks_update_locked before update on final_marks
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = old.school and k.year = old.year and c.id = old.course and (k.period = old.period or k.period = 'Y') and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period and r.state = 'refused')) or exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = new.school and k.year = new.year and c.id = new.course and (k.period = new.period or k.period = 'Y') and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period and r.state = 'refused'))
begin
    select raise(abort, 'period-closed: final_marks');
end;

drop trigger if exists final_marks_delete_locked;

create trigger if not exists final_marks_delete_locked before delete on final_marks
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = old.school and k.year = old.year and c.id = old.course and (k.period = old.period or k.period = 'Y') and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period and r.state = 'refused'))
begin
    select raise(abort, 'period-closed: final_marks');
end;
