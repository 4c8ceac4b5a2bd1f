-- Guards on PostgreSQL: the same rules as 0051_setup.sqlite.sql. Run once, after 0050.

create or replace function letopis_year_closed() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' and exists (select 1 from closed_years y where y.school = old.school and y.year = old.year) then
        raise exception 'year-closed: %', tg_table_name using errcode = '23514';
    end if;
    if tg_op <> 'DELETE' and exists (select 1 from closed_years y where y.school = new.school and y.year = new.year) then
        raise exception 'year-closed: %', tg_table_name using errcode = '23514';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end $$;

create or replace trigger periods_archived before insert or update or delete on periods
    for each row execute function letopis_year_closed();

create or replace trigger staff_archived before insert or update or delete on staff
    for each row execute function letopis_year_closed();

create or replace trigger classes_archived before insert or update or delete on classes
    for each row execute function letopis_year_closed();

create or replace trigger learners_archived before insert or update or delete on learners
    for each row execute function letopis_year_closed();

create or replace trigger courses_archived before insert or update or delete on courses
    for each row execute function letopis_year_closed();

create or replace trigger group_members_archived before insert or update or delete on group_members
    for each row execute function letopis_year_closed();

create or replace trigger lessons_archived before insert or update or delete on lessons
    for each row execute function letopis_year_closed();

create or replace trigger marks_archived before insert or update or delete on marks
    for each row execute function letopis_year_closed();

create or replace trigger absences_archived before insert or update or delete on absences
    for each row execute function letopis_year_closed();

create or replace trigger final_marks_archived before insert or update or delete on final_marks
    for each row execute function letopis_year_closed();

create or replace trigger decisions_archived before insert or update or delete on decisions
    for each row execute function letopis_year_closed();

create or replace trigger calendar_days_archived before insert or update or delete on calendar_days
    for each row execute function letopis_year_closed();

create or replace trigger regimes_archived before insert or update or delete on regimes
    for each row execute function letopis_year_closed();

create or replace trigger bells_archived before insert or update or delete on bells
    for each row execute function letopis_year_closed();

create or replace trigger events_archived before insert or update or delete on events
    for each row execute function letopis_year_closed();

create or replace trigger rooms_archived before insert or update or delete on rooms
    for each row execute function letopis_year_closed();

create or replace trigger course_details_archived before insert or update or delete on course_details
    for each row execute function letopis_year_closed();

create or replace trigger individual_plans_archived before insert or update or delete on individual_plans
    for each row execute function letopis_year_closed();

create or replace trigger curriculum_archived before insert or update or delete on curriculum
    for each row execute function letopis_year_closed();

create or replace trigger teaching_load_archived before insert or update or delete on teaching_load
    for each row execute function letopis_year_closed();

create or replace trigger timetable_archived before insert or update or delete on timetable
    for each row execute function letopis_year_closed();

create or replace trigger plan_topics_archived before insert or update or delete on plan_topics
    for each row execute function letopis_year_closed();

create or replace trigger control_works_archived before insert or update or delete on control_works
    for each row execute function letopis_year_closed();

create or replace trigger stays_archived before insert or update or delete on stays
    for each row execute function letopis_year_closed();

create or replace trigger foreign_marks_archived before insert or update or delete on foreign_marks
    for each row execute function letopis_year_closed();

create or replace function letopis_closed_years_stay() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        raise exception 'append-only: closed_years' using errcode = '23514';
    end if;
    if exists (select 1 from lessons r where r.school = old.school and r.year = old.next_year) or exists (select 1 from marks r where r.school = old.school and r.year = old.next_year) or exists (select 1 from absences r where r.school = old.school and r.year = old.next_year) or exists (select 1 from final_marks r where r.school = old.school and r.year = old.next_year) or exists (select 1 from decisions r where r.school = old.school and r.year = old.next_year) then
        raise exception 'year-in-use: closed_years' using errcode = '23514';
    end if;
    return old;
end $$;
create or replace trigger closed_years_stay before update or delete on closed_years
    for each row execute function letopis_closed_years_stay();
