-- The school's year beside the journal: calendar, bells, rooms, curriculum, load, timetable, plans, movement, orders, closed years.

-- Days that differ from the usual week; `scope` is empty (school), grades `1-4` or a class. `follows`: whose weekday's timetable a moved
-- study day has, 0 its own.
create table calendar_days (
    school text not null, year text not null,
    starts text not null, scope text not null, ends text not null, kind text not null, name text not null,
    follows bigint not null,
    primary key (school, year, starts, scope)
);

-- Lesson regime of the school, of grades or of a class: the narrowest scope decides.
create table regimes (
    school text not null, year text not null,
    scope text not null, week_days bigint not null, shift bigint not null, bells text not null,
    primary key (school, year, scope)
);

create table bells (
    school text not null, year text not null,
    schedule text not null, number bigint not null, starts text not null, ends text not null,
    primary key (school, year, schedule, number)
);

-- Events of the school and its classes beside the timetable.
create table events (
    school text not null, year text not null,
    id text not null, starts text not null, ends text not null, clock text not null, scope text not null, title text not null,
    place text not null, responsible text not null, note text not null,
    primary key (school, year, id)
);

create table rooms (
    school text not null, year text not null,
    name text not null, seats bigint not null, purpose text not null, keeper text not null,
    primary key (school, year, name)
);

-- What a course is besides a lesson, and the stream (several classes taught together) it belongs to.
create table course_details (
    school text not null, year text not null,
    course text not null, kind text not null, stream text not null, room text not null,
    primary key (school, year, course)
);

-- Individual study plans (ИУП): hours of a subject for one learner.
create table individual_plans (
    school text not null, year text not null,
    learner text not null, subject text not null, hours_centi bigint not null, course text not null, ground text not null,
    note text not null,
    primary key (school, year, learner, subject)
);

-- `profile` is a class that has a plan of its own, empty for the whole grade.
create table curriculum (
    school text not null, year text not null,
    grade bigint not null, profile text not null, subject text not null, hours_centi bigint not null, part text not null,
    primary key (school, year, grade, profile, subject)
);

-- Load (тарификация): who teaches how many hours of which course.
create table teaching_load (
    school text not null, year text not null,
    teacher text not null, course text not null, hours_centi bigint not null, note text not null,
    primary key (school, year, teacher, course)
);

-- `week`: empty every week, A or B; `since` and `until`: days from and to which the row holds, empty the whole year.
create table timetable (
    school text not null, year text not null,
    course text not null, weekday bigint not null, number bigint not null, week text not null, since text not null,
    until text not null, room text not null, teacher text not null,
    primary key (school, year, course, weekday, number, week, since)
);

-- Calendar-thematic plans (КТП), topic by topic.
create table plan_topics (
    school text not null, year text not null,
    course text not null, ordinal bigint not null, section text not null, topic text not null, hours_centi bigint not null,
    planned text not null, kind_of_work text not null, homework text not null,
    primary key (school, year, course, ordinal)
);

-- Calendar of control works (график контрольных работ, ВШК).
create table control_works (
    school text not null, year text not null,
    course text not null, date text not null, kind_of_work text not null, title text not null, level text not null,
    primary key (school, year, course, date)
);

-- Stays of a learner in classes. The last one is what the journal's `learners` row says; earlier ones stand only here.
create table stays (
    school text not null, year text not null,
    learner text not null, starts text not null, class text not null, entry text not null, entry_order text not null,
    entry_order_date text not null, whence text not null, ends text not null, exit text not null, exit_order text not null,
    exit_order_date text not null, whither text not null,
    primary key (school, year, learner, starts)
);

-- Marks brought from another school: shown apart, never counted as lessons here.
create table foreign_marks (
    school text not null, year text not null,
    learner text not null, id text not null, origin text not null, their_subject text not null, subject text not null,
    dated text not null, value text not null, note text not null,
    primary key (school, year, learner, id)
);

-- Orders and statutes that name the people responsible, with the sheet of acquaintance. No part of a closed year: people go on signing.
create table orders (
    school text not null, year text not null,
    id text not null, number text not null, date text not null, kind text not null, title text not null, body text not null,
    primary key (school, year, id)
);

create table acquaintances (
    school text not null, year text not null,
    order_id text not null, person text not null, seen_on text not null, way text not null, note text not null,
    primary key (school, year, order_id, person)
);

create index stays_of_class on stays (school, year, class, starts);

-- A school year that is closed by order and promoted from: its tables are read-only (guards). The row goes again only while nothing was
-- written in the next year.
create table closed_years (
    school text not null, year text not null, closed_at text not null, closed_by text not null,
    order_number text not null, order_date text not null,
    next_year text not null,       -- the year that closing opened
    primary key (school, year)
);
