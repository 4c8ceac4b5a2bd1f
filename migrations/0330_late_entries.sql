-- The register of paper copies after its closing line: lines entered later, each with its ground, and the closing lines drawn anew for the
-- whole year (guards/0331). The first closing line of a year stays in paper_closings.

create table paper_late_entries (
    school text not null, no bigint not null,
    ground text not null,          -- why it came after the closing line, as the secretary wrote it
    primary key (school, no)
);

create table paper_closings_further (
    school text not null, year text not null,
    first_no bigint not null, last_no bigint not null, entries bigint not null, voided bigint not null,
    at text not null, by_person text not null,
    primary key (school, year, last_no)
);
