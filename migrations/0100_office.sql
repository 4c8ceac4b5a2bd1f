-- The office: paper copies, their register, handovers, movements, closing lines. All of it grows only (guards/0101).

-- A printed copy: the paper twin of one version of an electronic copy.
create table paper_copies (
    school text not null, id text not null,
    copy text not null, version bigint not null, kind text not null,
    year text not null, class text not null, period text not null,
    number text not null,          -- document number as printed on it
    pages bigint not null, sheets bigint not null,
    pdf text not null,             -- SHA-256 of the PDF that was printed
    printed_at text not null, printed_by text not null,
    primary key (school, id)
);
create index paper_copies_of_copy on paper_copies (school, copy, version);

-- The register of paper copies: a number is given once, the next after the last, and its line stays.
create table paper_register (
    school text not null, no bigint not null, paper text not null, year text not null,
    registered_at text not null, registered_by text not null, keep_through text not null,
    primary key (school, no)
);
create unique index paper_register_of_paper on paper_register (school, paper);

-- What happened to a paper copy, in canonical JSON of domain::paper::PaperFact.
create table paper_facts (
    school text not null, paper text not null, seq bigint not null,
    fact text not null, body text not null, at text not null, by_person text not null,
    primary key (school, paper, seq)
);

-- Handovers, issues and returns: open until both sides have signed.
create table handovers (
    school text not null, no bigint not null,
    purpose text not null check (purpose in ('hand_in', 'issue', 'return')),
    paper text not null, document text not null, class text not null, period text not null, year text not null,
    sheets bigint not null, from_person text not null, to_person text not null,
    note text not null, due text not null, opened_at text not null, opened_by text not null,
    primary key (school, no)
);
create index handovers_of_paper on handovers (school, paper);

create table handover_signatures (
    school text not null, handover bigint not null, side text not null check (side in ('from', 'to')),
    person text not null, at text not null,
    primary key (school, handover, side)
);

-- The closing line of the register of paper copies for a school year.
create table paper_closings (
    school text not null, year text not null,
    first_no bigint not null, last_no bigint not null, entries bigint not null, voided bigint not null,
    at text not null, by_person text not null,
    primary key (school, year)
);

-- What the office's forms say of the school beside its journal: number of the fund, archive, minutes.
create table office_requisites (
    school text not null, name text not null, value text not null,
    primary key (school, name)
);
