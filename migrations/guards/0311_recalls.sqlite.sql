-- Guards of 0310: who recalled a signed copy, and on which ground, stays on record; a period that a refusal or a
-- recall opened takes corrections until the next version of its copy. A supplement opens none: it takes late entries only.

create trigger if not exists recalls_no_update before update on recalls
begin
    select raise(abort, 'append-only: recalls');
end;

create trigger if not exists recalls_no_delete before delete on recalls
begin
    select raise(abort, 'append-only: recalls');
end;

drop trigger if exists lessons_insert_locked;

create trigger if not exists lessons_insert_locked before insert on lessons
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = new.school and k.year = new.year and c.id = new.course and new.date between k.starts and k.ends
        and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period
            and (r.state = 'refused' and not exists (select 1 from supplements s where s.school = r.school and s.id = r.id)
                or r.state in ('signed', 'sealed') and exists (select 1 from recalls w where w.school = r.school and w.copy = r.id and w.version = r.version
                    and w.withdraws = 0 and not exists (select 1 from recalls b where b.school = w.school and b.withdraws = w.no))))
        and not exists (select 1 from supplements s where s.school = k.school and s.year = k.year and s.class = k.class and s.period = k.period
            and (not exists (select 1 from supplement_ends e where e.school = s.school and e.id = s.id)
                or exists (select 1 from copies r where r.school = s.school and r.id = s.id and r.state = 'refused'))))
begin
    select raise(abort, 'period-closed: lessons');
end;

drop trigger if exists lessons_update_locked;

create trigger if not exists lessons_update_locked before update on lessons
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = old.school and k.year = old.year and c.id = old.course and old.date between k.starts and k.ends
        and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period
            and (r.state = 'refused' and not exists (select 1 from supplements s where s.school = r.school and s.id = r.id)
                or r.state in ('signed', 'sealed') and exists (select 1 from recalls w where w.school = r.school and w.copy = r.id and w.version = r.version
                    and w.withdraws = 0 and not exists (select 1 from recalls b where b.school = w.school and b.withdraws = w.no))))
        and not exists (select 1 from supplements s where s.school = k.school and s.year = k.year and s.class = k.class and s.period = k.period
            and (not exists (select 1 from supplement_ends e where e.school = s.school and e.id = s.id)
                or exists (select 1 from copies r where r.school = s.school and r.id = s.id and r.state = 'refused'))
            and exists (select 1 from changes h where h.school = s.school and h.tbl = 'lessons' and h.year = s.year and h.row_key = '["'||old.course||'","'||old.date||'","'||old.number||'"]'
                and h.seq > s.since and h.old_row = '')))
or exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = new.school and k.year = new.year and c.id = new.course and new.date between k.starts and k.ends
        and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period
            and (r.state = 'refused' and not exists (select 1 from supplements s where s.school = r.school and s.id = r.id)
                or r.state in ('signed', 'sealed') and exists (select 1 from recalls w where w.school = r.school and w.copy = r.id and w.version = r.version
                    and w.withdraws = 0 and not exists (select 1 from recalls b where b.school = w.school and b.withdraws = w.no))))
        and not exists (select 1 from supplements s where s.school = k.school and s.year = k.year and s.class = k.class and s.period = k.period
            and (not exists (select 1 from supplement_ends e where e.school = s.school and e.id = s.id)
                or exists (select 1 from copies r where r.school = s.school and r.id = s.id and r.state = 'refused'))))
begin
    select raise(abort, 'period-closed: lessons');
end;

drop trigger if exists lessons_delete_locked;

create trigger if not exists lessons_delete_locked before delete on lessons
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = old.school and k.year = old.year and c.id = old.course and old.date between k.starts and k.ends
        and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period
            and (r.state = 'refused' and not exists (select 1 from supplements s where s.school = r.school and s.id = r.id)
                or r.state in ('signed', 'sealed') and exists (select 1 from recalls w where w.school = r.school and w.copy = r.id and w.version = r.version
                    and w.withdraws = 0 and not exists (select 1 from recalls b where b.school = w.school and b.withdraws = w.no))))
        and not exists (select 1 from supplements s where s.school = k.school and s.year = k.year and s.class = k.class and s.period = k.period
            and (not exists (select 1 from supplement_ends e where e.school = s.school and e.id = s.id)
                or exists (select 1 from copies r where r.school = s.school and r.id = s.id and r.state = 'refused'))
            and exists (select 1 from changes h where h.school = s.school and h.tbl = 'lessons' and h.year = s.year and h.row_key = '["'||old.course||'","'||old.date||'","'||old.number||'"]'
                and h.seq > s.since and h.old_row = '')))
begin
    select raise(abort, 'period-closed: lessons');
end;

drop trigger if exists marks_insert_locked;

create trigger if not exists marks_insert_locked before insert on marks
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = new.school and k.year = new.year and c.id = new.course and new.date between k.starts and k.ends
        and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period
            and (r.state = 'refused' and not exists (select 1 from supplements s where s.school = r.school and s.id = r.id)
                or r.state in ('signed', 'sealed') and exists (select 1 from recalls w where w.school = r.school and w.copy = r.id and w.version = r.version
                    and w.withdraws = 0 and not exists (select 1 from recalls b where b.school = w.school and b.withdraws = w.no))))
        and not exists (select 1 from supplements s where s.school = k.school and s.year = k.year and s.class = k.class and s.period = k.period
            and (not exists (select 1 from supplement_ends e where e.school = s.school and e.id = s.id)
                or exists (select 1 from copies r where r.school = s.school and r.id = s.id and r.state = 'refused'))))
begin
    select raise(abort, 'period-closed: marks');
end;

drop trigger if exists marks_update_locked;

create trigger if not exists marks_update_locked before update on marks
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = old.school and k.year = old.year and c.id = old.course and old.date between k.starts and k.ends
        and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period
            and (r.state = 'refused' and not exists (select 1 from supplements s where s.school = r.school and s.id = r.id)
                or r.state in ('signed', 'sealed') and exists (select 1 from recalls w where w.school = r.school and w.copy = r.id and w.version = r.version
                    and w.withdraws = 0 and not exists (select 1 from recalls b where b.school = w.school and b.withdraws = w.no))))
        and not exists (select 1 from supplements s where s.school = k.school and s.year = k.year and s.class = k.class and s.period = k.period
            and (not exists (select 1 from supplement_ends e where e.school = s.school and e.id = s.id)
                or exists (select 1 from copies r where r.school = s.school and r.id = s.id and r.state = 'refused'))
            and exists (select 1 from changes h where h.school = s.school and h.tbl = 'marks' and h.year = s.year and h.row_key = '["'||old.course||'","'||old.date||'","'||old.number||'","'||old.learner||'","'||old.ordinal||'"]'
                and h.seq > s.since and h.old_row = '')))
or exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = new.school and k.year = new.year and c.id = new.course and new.date between k.starts and k.ends
        and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period
            and (r.state = 'refused' and not exists (select 1 from supplements s where s.school = r.school and s.id = r.id)
                or r.state in ('signed', 'sealed') and exists (select 1 from recalls w where w.school = r.school and w.copy = r.id and w.version = r.version
                    and w.withdraws = 0 and not exists (select 1 from recalls b where b.school = w.school and b.withdraws = w.no))))
        and not exists (select 1 from supplements s where s.school = k.school and s.year = k.year and s.class = k.class and s.period = k.period
            and (not exists (select 1 from supplement_ends e where e.school = s.school and e.id = s.id)
                or exists (select 1 from copies r where r.school = s.school and r.id = s.id and r.state = 'refused'))))
begin
    select raise(abort, 'period-closed: marks');
end;

drop trigger if exists marks_delete_locked;

create trigger if not exists marks_delete_locked before delete on marks
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = old.school and k.year = old.year and c.id = old.course and old.date between k.starts and k.ends
        and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period
            and (r.state = 'refused' and not exists (select 1 from supplements s where s.school = r.school and s.id = r.id)
                or r.state in ('signed', 'sealed') and exists (select 1 from recalls w where w.school = r.school and w.copy = r.id and w.version = r.version
                    and w.withdraws = 0 and not exists (select 1 from recalls b where b.school = w.school and b.withdraws = w.no))))
        and not exists (select 1 from supplements s where s.school = k.school and s.year = k.year and s.class = k.class and s.period = k.period
            and (not exists (select 1 from supplement_ends e where e.school = s.school and e.id = s.id)
                or exists (select 1 from copies r where r.school = s.school and r.id = s.id and r.state = 'refused'))
            and exists (select 1 from changes h where h.school = s.school and h.tbl = 'marks' and h.year = s.year and h.row_key = '["'||old.course||'","'||old.date||'","'||old.number||'","'||old.learner||'","'||old.ordinal||'"]'
                and h.seq > s.since and h.old_row = '')))
begin
    select raise(abort, 'period-closed: marks');
end;

drop trigger if exists absences_insert_locked;

create trigger if not exists absences_insert_locked before insert on absences
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = new.school and k.year = new.year and c.id = new.course and new.date between k.starts and k.ends
        and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period
            and (r.state = 'refused' and not exists (select 1 from supplements s where s.school = r.school and s.id = r.id)
                or r.state in ('signed', 'sealed') and exists (select 1 from recalls w where w.school = r.school and w.copy = r.id and w.version = r.version
                    and w.withdraws = 0 and not exists (select 1 from recalls b where b.school = w.school and b.withdraws = w.no))))
        and not exists (select 1 from supplements s where s.school = k.school and s.year = k.year and s.class = k.class and s.period = k.period
            and (not exists (select 1 from supplement_ends e where e.school = s.school and e.id = s.id)
                or exists (select 1 from copies r where r.school = s.school and r.id = s.id and r.state = 'refused'))))
begin
    select raise(abort, 'period-closed: absences');
end;

drop trigger if exists absences_update_locked;

create trigger if not exists absences_update_locked before update on absences
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = old.school and k.year = old.year and c.id = old.course and old.date between k.starts and k.ends
        and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period
            and (r.state = 'refused' and not exists (select 1 from supplements s where s.school = r.school and s.id = r.id)
                or r.state in ('signed', 'sealed') and exists (select 1 from recalls w where w.school = r.school and w.copy = r.id and w.version = r.version
                    and w.withdraws = 0 and not exists (select 1 from recalls b where b.school = w.school and b.withdraws = w.no))))
        and not exists (select 1 from supplements s where s.school = k.school and s.year = k.year and s.class = k.class and s.period = k.period
            and (not exists (select 1 from supplement_ends e where e.school = s.school and e.id = s.id)
                or exists (select 1 from copies r where r.school = s.school and r.id = s.id and r.state = 'refused'))
            and exists (select 1 from changes h where h.school = s.school and h.tbl = 'absences' and h.year = s.year and h.row_key = '["'||old.course||'","'||old.date||'","'||old.number||'","'||old.learner||'"]'
                and h.seq > s.since and h.old_row = '')))
or exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = new.school and k.year = new.year and c.id = new.course and new.date between k.starts and k.ends
        and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period
            and (r.state = 'refused' and not exists (select 1 from supplements s where s.school = r.school and s.id = r.id)
                or r.state in ('signed', 'sealed') and exists (select 1 from recalls w where w.school = r.school and w.copy = r.id and w.version = r.version
                    and w.withdraws = 0 and not exists (select 1 from recalls b where b.school = w.school and b.withdraws = w.no))))
        and not exists (select 1 from supplements s where s.school = k.school and s.year = k.year and s.class = k.class and s.period = k.period
            and (not exists (select 1 from supplement_ends e where e.school = s.school and e.id = s.id)
                or exists (select 1 from copies r where r.school = s.school and r.id = s.id and r.state = 'refused'))))
begin
    select raise(abort, 'period-closed: absences');
end;

drop trigger if exists absences_delete_locked;

create trigger if not exists absences_delete_locked before delete on absences
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = old.school and k.year = old.year and c.id = old.course and old.date between k.starts and k.ends
        and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period
            and (r.state = 'refused' and not exists (select 1 from supplements s where s.school = r.school and s.id = r.id)
                or r.state in ('signed', 'sealed') and exists (select 1 from recalls w where w.school = r.school and w.copy = r.id and w.version = r.version
                    and w.withdraws = 0 and not exists (select 1 from recalls b where b.school = w.school and b.withdraws = w.no))))
        and not exists (select 1 from supplements s where s.school = k.school and s.year = k.year and s.class = k.class and s.period = k.period
            and (not exists (select 1 from supplement_ends e where e.school = s.school and e.id = s.id)
                or exists (select 1 from copies r where r.school = s.school and r.id = s.id and r.state = 'refused'))
            and exists (select 1 from changes h where h.school = s.school and h.tbl = 'absences' and h.year = s.year and h.row_key = '["'||old.course||'","'||old.date||'","'||old.number||'","'||old.learner||'"]'
                and h.seq > s.since and h.old_row = '')))
begin
    select raise(abort, 'period-closed: absences');
end;

drop trigger if exists final_marks_insert_locked;

create trigger if not exists final_marks_insert_locked before insert on final_marks
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = new.school and k.year = new.year and c.id = new.course and (k.period = new.period or k.period = 'Y')
        and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period
            and (r.state = 'refused' and not exists (select 1 from supplements s where s.school = r.school and s.id = r.id)
                or r.state in ('signed', 'sealed') and exists (select 1 from recalls w where w.school = r.school and w.copy = r.id and w.version = r.version
                    and w.withdraws = 0 and not exists (select 1 from recalls b where b.school = w.school and b.withdraws = w.no))))
        and not exists (select 1 from supplements s where s.school = k.school and s.year = k.year and s.class = k.class and s.period = k.period
            and (not exists (select 1 from supplement_ends e where e.school = s.school and e.id = s.id)
                or exists (select 1 from copies r where r.school = s.school and r.id = s.id and r.state = 'refused'))))
begin
    select raise(abort, 'period-closed: final_marks');
end;

drop trigger if exists final_marks_update_locked;

create trigger if not exists final_marks_update_locked before update on final_marks
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = old.school and k.year = old.year and c.id = old.course and (k.period = old.period or k.period = 'Y')
        and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period
            and (r.state = 'refused' and not exists (select 1 from supplements s where s.school = r.school and s.id = r.id)
                or r.state in ('signed', 'sealed') and exists (select 1 from recalls w where w.school = r.school and w.copy = r.id and w.version = r.version
                    and w.withdraws = 0 and not exists (select 1 from recalls b where b.school = w.school and b.withdraws = w.no))))
        and not exists (select 1 from supplements s where s.school = k.school and s.year = k.year and s.class = k.class and s.period = k.period
            and (not exists (select 1 from supplement_ends e where e.school = s.school and e.id = s.id)
                or exists (select 1 from copies r where r.school = s.school and r.id = s.id and r.state = 'refused'))
            and exists (select 1 from changes h where h.school = s.school and h.tbl = 'final_marks' and h.year = s.year and h.row_key = '["'||old.course||'","'||old.learner||'","'||old.period||'"]'
                and h.seq > s.since and h.old_row = '')))
or exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = new.school and k.year = new.year and c.id = new.course and (k.period = new.period or k.period = 'Y')
        and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period
            and (r.state = 'refused' and not exists (select 1 from supplements s where s.school = r.school and s.id = r.id)
                or r.state in ('signed', 'sealed') and exists (select 1 from recalls w where w.school = r.school and w.copy = r.id and w.version = r.version
                    and w.withdraws = 0 and not exists (select 1 from recalls b where b.school = w.school and b.withdraws = w.no))))
        and not exists (select 1 from supplements s where s.school = k.school and s.year = k.year and s.class = k.class and s.period = k.period
            and (not exists (select 1 from supplement_ends e where e.school = s.school and e.id = s.id)
                or exists (select 1 from copies r where r.school = s.school and r.id = s.id and r.state = 'refused'))))
begin
    select raise(abort, 'period-closed: final_marks');
end;

drop trigger if exists final_marks_delete_locked;

create trigger if not exists final_marks_delete_locked before delete on final_marks
when exists (select 1 from closures k join courses c on c.school = k.school and c.year = k.year and c.class = k.class
    where k.school = old.school and k.year = old.year and c.id = old.course and (k.period = old.period or k.period = 'Y')
        and not exists (select 1 from copies r where r.school = k.school and r.year = k.year and r.class = k.class and r.period = k.period
            and (r.state = 'refused' and not exists (select 1 from supplements s where s.school = r.school and s.id = r.id)
                or r.state in ('signed', 'sealed') and exists (select 1 from recalls w where w.school = r.school and w.copy = r.id and w.version = r.version
                    and w.withdraws = 0 and not exists (select 1 from recalls b where b.school = w.school and b.withdraws = w.no))))
        and not exists (select 1 from supplements s where s.school = k.school and s.year = k.year and s.class = k.class and s.period = k.period
            and (not exists (select 1 from supplement_ends e where e.school = s.school and e.id = s.id)
                or exists (select 1 from copies r where r.school = s.school and r.id = s.id and r.state = 'refused'))
            and exists (select 1 from changes h where h.school = s.school and h.tbl = 'final_marks' and h.year = s.year and h.row_key = '["'||old.course||'","'||old.learner||'","'||old.period||'"]'
                and h.seq > s.since and h.old_row = '')))
begin
    select raise(abort, 'period-closed: final_marks');
end;
