-- Guards on SQLite: a closed year is read-only, and closing is taken back only before the next year is written. Run once, after 0050.

create trigger if not exists periods_insert_archived before insert on periods
when exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: periods');
end;

create trigger if not exists periods_update_archived before update on periods
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year) or exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: periods');
end;

create trigger if not exists periods_delete_archived before delete on periods
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year)
begin
    select raise(abort, 'year-closed: periods');
end;

create trigger if not exists staff_insert_archived before insert on staff
when exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: staff');
end;

create trigger if not exists staff_update_archived before update on staff
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year) or exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: staff');
end;

create trigger if not exists staff_delete_archived before delete on staff
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year)
begin
    select raise(abort, 'year-closed: staff');
end;

create trigger if not exists classes_insert_archived before insert on classes
when exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: classes');
end;

create trigger if not exists classes_update_archived before update on classes
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year) or exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: classes');
end;

create trigger if not exists classes_delete_archived before delete on classes
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year)
begin
    select raise(abort, 'year-closed: classes');
end;

create trigger if not exists learners_insert_archived before insert on learners
when exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: learners');
end;

create trigger if not exists learners_update_archived before update on learners
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year) or exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: learners');
end;

create trigger if not exists learners_delete_archived before delete on learners
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year)
begin
    select raise(abort, 'year-closed: learners');
end;

create trigger if not exists courses_insert_archived before insert on courses
when exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: courses');
end;

create trigger if not exists courses_update_archived before update on courses
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year) or exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: courses');
end;

create trigger if not exists courses_delete_archived before delete on courses
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year)
begin
    select raise(abort, 'year-closed: courses');
end;

create trigger if not exists group_members_insert_archived before insert on group_members
when exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: group_members');
end;

create trigger if not exists group_members_update_archived before update on group_members
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year) or exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: group_members');
end;

create trigger if not exists group_members_delete_archived before delete on group_members
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year)
begin
    select raise(abort, 'year-closed: group_members');
end;

create trigger if not exists lessons_insert_archived before insert on lessons
when exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: lessons');
end;

create trigger if not exists lessons_update_archived before update on lessons
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year) or exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: lessons');
end;

create trigger if not exists lessons_delete_archived before delete on lessons
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year)
begin
    select raise(abort, 'year-closed: lessons');
end;

create trigger if not exists marks_insert_archived before insert on marks
when exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: marks');
end;

create trigger if not exists marks_update_archived before update on marks
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year) or exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: marks');
end;

create trigger if not exists marks_delete_archived before delete on marks
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year)
begin
    select raise(abort, 'year-closed: marks');
end;

create trigger if not exists absences_insert_archived before insert on absences
when exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: absences');
end;

create trigger if not exists absences_update_archived before update on absences
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year) or exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: absences');
end;

create trigger if not exists absences_delete_archived before delete on absences
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year)
begin
    select raise(abort, 'year-closed: absences');
end;

create trigger if not exists final_marks_insert_archived before insert on final_marks
when exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: final_marks');
end;

create trigger if not exists final_marks_update_archived before update on final_marks
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year) or exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: final_marks');
end;

create trigger if not exists final_marks_delete_archived before delete on final_marks
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year)
begin
    select raise(abort, 'year-closed: final_marks');
end;

create trigger if not exists decisions_insert_archived before insert on decisions
when exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: decisions');
end;

create trigger if not exists decisions_update_archived before update on decisions
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year) or exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: decisions');
end;

create trigger if not exists decisions_delete_archived before delete on decisions
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year)
begin
    select raise(abort, 'year-closed: decisions');
end;

create trigger if not exists calendar_days_insert_archived before insert on calendar_days
when exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: calendar_days');
end;

create trigger if not exists calendar_days_update_archived before update on calendar_days
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year) or exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: calendar_days');
end;

create trigger if not exists calendar_days_delete_archived before delete on calendar_days
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year)
begin
    select raise(abort, 'year-closed: calendar_days');
end;

create trigger if not exists regimes_insert_archived before insert on regimes
when exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: regimes');
end;

create trigger if not exists regimes_update_archived before update on regimes
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year) or exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: regimes');
end;

create trigger if not exists regimes_delete_archived before delete on regimes
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year)
begin
    select raise(abort, 'year-closed: regimes');
end;

create trigger if not exists bells_insert_archived before insert on bells
when exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: bells');
end;

create trigger if not exists bells_update_archived before update on bells
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year) or exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: bells');
end;

create trigger if not exists bells_delete_archived before delete on bells
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year)
begin
    select raise(abort, 'year-closed: bells');
end;

create trigger if not exists events_insert_archived before insert on events
when exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: events');
end;

create trigger if not exists events_update_archived before update on events
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year) or exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: events');
end;

create trigger if not exists events_delete_archived before delete on events
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year)
begin
    select raise(abort, 'year-closed: events');
end;

create trigger if not exists rooms_insert_archived before insert on rooms
when exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: rooms');
end;

create trigger if not exists rooms_update_archived before update on rooms
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year) or exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: rooms');
end;

create trigger if not exists rooms_delete_archived before delete on rooms
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year)
begin
    select raise(abort, 'year-closed: rooms');
end;

create trigger if not exists course_details_insert_archived before insert on course_details
when exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: course_details');
end;

create trigger if not exists course_details_update_archived before update on course_details
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year) or exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: course_details');
end;

create trigger if not exists course_details_delete_archived before delete on course_details
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year)
begin
    select raise(abort, 'year-closed: course_details');
end;

create trigger if not exists individual_plans_insert_archived before insert on individual_plans
when exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: individual_plans');
end;

create trigger if not exists individual_plans_update_archived before update on individual_plans
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year) or exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: individual_plans');
end;

create trigger if not exists individual_plans_delete_archived before delete on individual_plans
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year)
begin
    select raise(abort, 'year-closed: individual_plans');
end;

create trigger if not exists curriculum_insert_archived before insert on curriculum
when exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: curriculum');
end;

create trigger if not exists curriculum_update_archived before update on curriculum
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year) or exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: curriculum');
end;

create trigger if not exists curriculum_delete_archived before delete on curriculum
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year)
begin
    select raise(abort, 'year-closed: curriculum');
end;

create trigger if not exists teaching_load_insert_archived before insert on teaching_load
when exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: teaching_load');
end;

create trigger if not exists teaching_load_update_archived before update on teaching_load
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year) or exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: teaching_load');
end;

create trigger if not exists teaching_load_delete_archived before delete on teaching_load
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year)
begin
    select raise(abort, 'year-closed: teaching_load');
end;

create trigger if not exists timetable_insert_archived before insert on timetable
when exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: timetable');
end;

create trigger if not exists timetable_update_archived before update on timetable
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year) or exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: timetable');
end;

create trigger if not exists timetable_delete_archived before delete on timetable
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year)
begin
    select raise(abort, 'year-closed: timetable');
end;

create trigger if not exists plan_topics_insert_archived before insert on plan_topics
when exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: plan_topics');
end;

create trigger if not exists plan_topics_update_archived before update on plan_topics
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year) or exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: plan_topics');
end;

create trigger if not exists plan_topics_delete_archived before delete on plan_topics
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year)
begin
    select raise(abort, 'year-closed: plan_topics');
end;

create trigger if not exists control_works_insert_archived before insert on control_works
when exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: control_works');
end;

create trigger if not exists control_works_update_archived before update on control_works
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year) or exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: control_works');
end;

create trigger if not exists control_works_delete_archived before delete on control_works
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year)
begin
    select raise(abort, 'year-closed: control_works');
end;

create trigger if not exists stays_insert_archived before insert on stays
when exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: stays');
end;

create trigger if not exists stays_update_archived before update on stays
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year) or exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: stays');
end;

create trigger if not exists stays_delete_archived before delete on stays
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year)
begin
    select raise(abort, 'year-closed: stays');
end;

create trigger if not exists foreign_marks_insert_archived before insert on foreign_marks
when exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: foreign_marks');
end;

create trigger if not exists foreign_marks_update_archived before update on foreign_marks
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year) or exists (select 1 from closed_years y where y.school = new.school and y.year = new.year)
begin
    select raise(abort, 'year-closed: foreign_marks');
end;

create trigger if not exists foreign_marks_delete_archived before delete on foreign_marks
when exists (select 1 from closed_years y where y.school = old.school and y.year = old.year)
begin
    select raise(abort, 'year-closed: foreign_marks');
end;

create trigger if not exists closed_years_no_update before update on closed_years
begin
    select raise(abort, 'append-only: closed_years');
end;

create trigger if not exists closed_years_in_use before delete on closed_years
when exists (select 1 from lessons r where r.school = old.school and r.year = old.next_year) or exists (select 1 from marks r where r.school = old.school and r.year = old.next_year) or exists (select 1 from absences r where r.school = old.school and r.year = old.next_year) or exists (select 1 from final_marks r where r.school = old.school and r.year = old.next_year) or exists (select 1 from decisions r where r.school = old.school and r.year = old.next_year)
begin
    select raise(abort, 'year-in-use: closed_years');
end;
