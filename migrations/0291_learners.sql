-- Learners' data (SEC-09): the number of the personal file, where the school's lists did not give it as the learner's code, and the checks of
-- a class's data (002 4.1, 000 Инс 5.2: once a month). A number is put right with its history; a check stays.

create table personal_files (
    school text not null, year text not null, learner text not null,
    file_no text not null,
    primary key (school, year, learner)
);
create index personal_files_of_learner on personal_files (school, learner);

create table data_checks (
    school text not null, year text not null, class text not null, seq bigint not null,
    checked_on text not null,      -- the day for which the person answers
    checked_by text not null, at text not null,
    learners bigint not null,      -- how many were on the list
    note text not null,            -- what was found; empty: nothing
    primary key (school, year, class, seq)
);
