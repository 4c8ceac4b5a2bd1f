-- Files of the office: the file plan and the numbering of volumes. All of it only grows (guards/0151).

-- The file plan (номенклатура дел) of a calendar year: a changed line is a further version of it.

create table file_plan (
    school text not null, year bigint not null, idx text not null, version bigint not null,
    body text not null,            -- domain::forms::plan::PlanLine as canonical JSON; empty when the line was taken out
    reason text not null,
    at text not null, by_person text not null,
    primary key (school, year, idx, version)
);

-- The closing record of a year: how many files were opened under each index. After it the year's plan stays as it is.
create table file_plan_closings (
    school text not null, year bigint not null,
    body text not null,            -- the year's lines with their counts, canonical JSON
    at text not null, by_person text not null,
    primary key (school, year)
);

-- Numbering, stitching and sealing of a volume: the last line of a volume says how it stands.
create table volume_numberings (
    school text not null, year text not null, file text not null,
    part text not null,            -- period of the copies in it
    volume bigint not null,        -- 0 when the file has one volume only
    seq bigint not null,
    body text not null,            -- domain::forms::files::Numbering as canonical JSON
    at text not null, by_person text not null,
    primary key (school, year, file, part, volume, seq)
);
