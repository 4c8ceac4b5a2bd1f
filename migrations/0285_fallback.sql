-- When the journal could not be reached and lessons were kept on paper (003 Рук 6; DOC-16). Both only grow (guards/0286).

create table outages (
    school text not null, no bigint not null,   -- from 1
    began text not null,           -- local time, 2026-11-23T08:30
    reason text not null,
    at text not null, by_person text not null,
    primary key (school, no)
);

create table outage_facts (
    school text not null, outage bigint not null, seq bigint not null,
    fact text not null check (fact in ('ended', 'act', 'paper', 'entered', 'filed', 'mistaken')),
    class text not null,           -- of `paper` and `entered`; empty otherwise
    day text not null,             -- moment of the end, day of the act, day of filing; empty otherwise
    words text not null,           -- number of the act, sheets, where it was filed, what is wrong with the record
    at text not null, by_person text not null,
    primary key (school, outage, seq)
);
