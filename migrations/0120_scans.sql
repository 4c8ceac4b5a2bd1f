-- Signed sheets of paper that came back: files as they were given, what was read on each page, what people decided, sheets ticked off.

-- A file of scans; its bytes lie in the house's folder `scans` under the digest.
create table scan_files (
    school text not null, digest text not null,
    no bigint not null,            -- from 1, in the order of time
    name text not null,            -- as it was given
    kind text not null check (kind in ('pdf', 'jpeg', 'png')),
    bytes bigint not null, pages bigint not null,
    received_at text not null, received_by text not null,
    primary key (school, digest)
);
create unique index scan_files_no on scan_files (school, no);

-- What the program read: a line for each code, and one for each page without any.
create table scan_pages (
    school text not null, file text not null,
    page bigint not null,          -- page of the file, from 1
    place bigint not null,         -- code on the page, from 0
    outcome text not null check (outcome in ('filed', 'old_version', 'unread', 'damaged', 'foreign', 'malformed', 'other_copy', 'beyond', 'forged')),
    copy text not null,            -- empty unless filed or of an old version
    version bigint not null, sheet bigint not null,
    leaf bigint not null,          -- page of the copy, from 1; 0 when none
    corners text not null,         -- of the code: x y four times, thousandths of the page's width and height
    turn bigint not null,          -- degrees clockwise
    primary key (school, file, page, place)
);
create index scan_pages_of_copy on scan_pages (school, copy, version);

-- What a person decided about a page: the last line of a place holds.
create table scan_decisions (
    school text not null, no bigint not null,
    file text not null, page bigint not null, place bigint not null,
    copy text not null, version bigint not null, sheet bigint not null,
    leaf bigint not null,          -- 0: the page does not count
    decided_at text not null, decided_by text not null,
    primary key (school, no)
);
create index scan_decisions_of_copy on scan_decisions (school, copy, version);

-- Sheets ticked off one by one when a pile was received.
create table sheet_receipts (
    school text not null, copy text not null, version bigint not null, leaf bigint not null,
    sheet bigint not null,
    received_at text not null, received_by text not null,
    primary key (school, copy, version, leaf)
);

-- Stages of a version that are signed on paper: the scans of their sheets complete them.
create table paper_stages (
    school text not null, copy text not null, version bigint not null, stage text not null,
    opened_at text not null, opened_by text not null,
    primary key (school, copy, version, stage)
);
