-- Paper extracts for families without electronic access (000 Усл 1; 003 Рук 19; DOC-15). All only grow (guards/0288).

-- Which families get paper: the last line of a learner counts.
create table paper_families (
    school text not null, seq bigint not null,
    learner text not null,
    wants bigint not null,         -- 1 from now on, 0 no longer
    ground text not null check (ground in ('declined', 'no_access', '')),
    at text not null, by_person text not null,
    primary key (school, seq)
);
create index paper_families_of_learner on paper_families (school, learner, seq);

-- Extracts that were printed, a print job at a time.
create table paper_extracts (
    school text not null, no bigint not null,   -- from 1: the number in the register of extracts
    job bigint not null,           -- from 1: what was printed at one press
    year text not null, class text not null, learner text not null,
    starts text not null, ends text not null,
    at text not null, by_person text not null,
    primary key (school, no)
);
create index paper_extracts_of_class on paper_extracts (school, year, class, no);

create table paper_extract_handings (
    school text not null, extract bigint not null,
    given_on text not null,        -- day
    given_to text not null,        -- «мать, Агатова Мария Петровна»
    at text not null, by_person text not null,
    primary key (school, extract)
);
