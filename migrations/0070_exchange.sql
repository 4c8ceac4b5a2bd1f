-- Exchange: what the sources of the journal did not have, and what came in from where.

-- Days for which a class's journal lacks something because its source did (`domain::journal::ContentGap`).
create table content_gaps (
    school text not null, year text not null, class text not null,
    kind text not null check (kind in ('contents', 'lessons')),
    starts text not null, ends text not null,
    primary key (school, year, class, kind, starts)
);

-- Every import, in the order of time; only grows. The files lie in the house's folder `bundles` under the digest.
create table imports (
    school text not null, no bigint not null,
    digest text not null,          -- of the list of files
    year text not null,
    mode text not null check (mode in ('whole', 'add')),
    files text not null,           -- canonical JSON: what was learned of each file
    imported_at text not null, imported_by text not null,
    rows_new bigint not null, rows_changed bigint not null, rows_gone bigint not null,
    event bigint not null,         -- its event in the log
    primary key (school, no)
);
