-- What becomes of the archive: checks of presence and condition with their acts, summary sheets handed over to the archive.

-- A check of presence and condition (domain.md 2.16); its number is the act's. Only ever added (guards/0281).
create table archive_checks (
    school text not null, no bigint not null,
    what text not null,            -- electronic, paper
    on_day text not null,
    body text not null,            -- what was found, canonical JSON; empty where people counted
    at text not null, by_person text not null,
    primary key (school, no)
);

-- A summary sheet handed over to the archive (ARC-04). Only ever added (guards/0281).
create table archive_transfers (
    school text not null, copy text not null, version bigint not null,
    act text not null,             -- number of the act, as the school writes it
    on_day text not null,
    at text not null, by_person text not null,
    primary key (school, copy, version)
);
