-- Guards on SQLite: append-only tables and the lock of closed periods. Run once, after 0001.

create trigger if not exists closures_no_update before update on closures
begin
    select raise(abort, 'append-only: closures');
end;

create trigger if not exists closures_no_delete before delete on closures
begin
    select raise(abort, 'append-only: closures');
end;

create trigger if not exists snapshots_no_update before update on snapshots
begin
    select raise(abort, 'append-only: snapshots');
end;

create trigger if not exists snapshots_no_delete before delete on snapshots
begin
    select raise(abort, 'append-only: snapshots');
end;

create trigger if not exists statements_no_update before update on statements
begin
    select raise(abort, 'append-only: statements');
end;

create trigger if not exists statements_no_delete before delete on statements
begin
    select raise(abort, 'append-only: statements');
end;

create trigger if not exists certificates_no_update before update on certificates
begin
    select raise(abort, 'append-only: certificates');
end;

create trigger if not exists certificates_no_delete before delete on certificates
begin
    select raise(abort, 'append-only: certificates');
end;

create trigger if not exists register_no_update before update on register
begin
    select raise(abort, 'append-only: register');
end;

create trigger if not exists register_no_delete before delete on register
begin
    select raise(abort, 'append-only: register');
end;

create trigger if not exists log_entries_no_update before update on log_entries
begin
    select raise(abort, 'append-only: log_entries');
end;

create trigger if not exists log_entries_no_delete before delete on log_entries
begin
    select raise(abort, 'append-only: log_entries');
end;

create trigger if not exists checkpoints_no_update before update on checkpoints
begin
    select raise(abort, 'append-only: checkpoints');
end;

create trigger if not exists checkpoints_no_delete before delete on checkpoints
begin
    select raise(abort, 'append-only: checkpoints');
end;

create trigger if not exists bundles_no_update before update on bundles
begin
    select raise(abort, 'append-only: bundles');
end;

create trigger if not exists bundles_no_delete before delete on bundles
begin
    select raise(abort, 'append-only: bundles');
end;

create trigger if not exists copies_no_delete before delete on copies
begin
    select raise(abort, 'append-only: copies');
end;

create trigger if not exists copies_facts_stay before update on copies
when new.snapshot <> old.snapshot or new.number <> old.number or (old.issued_pdf <> '' and new.issued_pdf <> old.issued_pdf)
begin
    select raise(abort, 'append-only: copies');
end;

create trigger if not exists lessons_insert_locked before insert on lessons
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = new.school and k.year = new.year and c.id = new.course and new.date between k.starts and k.ends)
begin
    select raise(abort, 'period-closed: lessons');
end;

create trigger if not exists lessons_update_locked before update on lessons
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = old.school and k.year = old.year and c.id = old.course and old.date between k.starts and k.ends) or exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = new.school and k.year = new.year and c.id = new.course and new.date between k.starts and k.ends)
begin
    select raise(abort, 'period-closed: lessons');
end;

create trigger if not exists lessons_delete_locked before delete on lessons
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = old.school and k.year = old.year and c.id = old.course and old.date between k.starts and k.ends)
begin
    select raise(abort, 'period-closed: lessons');
end;

create trigger if not exists marks_insert_locked before insert on marks
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = new.school and k.year = new.year and c.id = new.course and new.date between k.starts and k.ends)
begin
    select raise(abort, 'period-closed: marks');
end;

create trigger if not exists marks_update_locked before update on marks
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = old.school and k.year = old.year and c.id = old.course and old.date between k.starts and k.ends) or exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = new.school and k.year = new.year and c.id = new.course and new.date between k.starts and k.ends)
begin
    select raise(abort, 'period-closed: marks');
end;

create trigger if not exists marks_delete_locked before delete on marks
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = old.school and k.year = old.year and c.id = old.course and old.date between k.starts and k.ends)
begin
    select raise(abort, 'period-closed: marks');
end;

create trigger if not exists absences_insert_locked before insert on absences
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = new.school and k.year = new.year and c.id = new.course and new.date between k.starts and k.ends)
begin
    select raise(abort, 'period-closed: absences');
end;

create trigger if not exists absences_update_locked before update on absences
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = old.school and k.year = old.year and c.id = old.course and old.date between k.starts and k.ends) or exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = new.school and k.year = new.year and c.id = new.course and new.date between k.starts and k.ends)
begin
    select raise(abort, 'period-closed: absences');
end;

create trigger if not exists absences_delete_locked before delete on absences
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = old.school and k.year = old.year and c.id = old.course and old.date between k.starts and k.ends)
begin
    select raise(abort, 'period-closed: absences');
end;

create trigger if not exists final_marks_insert_locked before insert on final_marks
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = new.school and k.year = new.year and c.id = new.course and (k.period = new.period or k.period = 'Y'))
begin
    select raise(abort, 'period-closed: final_marks');
end;

create trigger if not exists final_marks_update_locked before update on final_marks
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = old.school and k.year = old.year and c.id = old.course and (k.period = old.period or k.period = 'Y')) or exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = new.school and k.year = new.year and c.id = new.course and (k.period = new.period or k.period = 'Y'))
begin
    select raise(abort, 'period-closed: final_marks');
end;

create trigger if not exists final_marks_delete_locked before delete on final_marks
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = old.school and k.year = old.year and c.id = old.course and (k.period = old.period or k.period = 'Y'))
begin
    select raise(abort, 'period-closed: final_marks');
end;

create trigger if not exists courses_update_locked before update on courses
when (new.class <> old.class or new.subject <> old.subject or new.id <> old.id) and exists (select 1 from closures k where k.school = old.school and k.year = old.year and k.class = old.class)
begin
    select raise(abort, 'period-closed: courses');
end;

create trigger if not exists courses_delete_locked before delete on courses
when exists (select 1 from closures k where k.school = old.school and k.year = old.year and k.class = old.class)
begin
    select raise(abort, 'period-closed: courses');
end;
