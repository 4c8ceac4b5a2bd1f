-- Scans compared with the pages that were issued, and differences that a person has looked at.

-- What the comparison of a scan said last; the differences themselves lie beside the scans and can be found out again.
create table scan_comparisons (
    school text not null, file text not null,
    page bigint not null,          -- page of the file, from 1
    place bigint not null,         -- code on the page, from 0
    copy text not null, version bigint not null,
    leaf bigint not null,          -- page of the copy, from 1
    method bigint not null,        -- of the comparison: a newer one compares again
    compared bigint not null,      -- 1: compared; 0: it could not be
    differences bigint not null,   -- where nobody is to write
    compared_at text not null,
    primary key (school, file, page, place)
);
create index scan_comparisons_of_copy on scan_comparisons (school, copy, version);

-- A person looked at the differences of a scan and found them harmless: only ever added (guards/0261).
create table scan_looks (
    school text not null, no bigint not null,
    file text not null, page bigint not null, place bigint not null,
    copy text not null, version bigint not null, leaf bigint not null,
    differences bigint not null,   -- so many were seen
    looked_at text not null, looked_by text not null,
    primary key (school, no)
);
create index scan_looks_of_place on scan_looks (school, file, page, place);
