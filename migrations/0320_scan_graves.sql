-- Differences on scans that a person found to matter: the paper says something else than what was issued. It only grows (guards/0321).

create table scan_graves (
    school text not null, no bigint not null,
    file text not null, page bigint not null, place bigint not null,
    copy text not null, version bigint not null,
    sheet bigint not null,         -- sheet of the copy, from 1
    leaf bigint not null,          -- page of the copy, from 1
    spot text not null,            -- row or cell of the page, as the person named it
    ground text not null,          -- ground of the next version that it asks for
    noted_at text not null, noted_by text not null,
    primary key (school, no)
);
create index scan_graves_of_leaf on scan_graves (school, copy, version, leaf);
