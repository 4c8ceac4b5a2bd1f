-- The signing desk: refusals with their remarks, statements kept by a re-issue, what each signer has seen, notices, keys that were
-- revoked, ink seen on paper, letters.

-- A refusal is a statement too (DOC-11). It has a table of its own: whoever refuses one sheet may sign the others of the same copy.
create table refusals (
    school text not null, copy text not null, version bigint not null, stage text not null, signer text not null,
    body text not null,            -- the signed bytes
    signature text not null,       -- raw Ed25519, base64
    certificate text not null,     -- digest of the DER certificate
    signed_at text not null,
    primary key (school, copy, version, stage, signer)
);

create table remarks (
    school text not null, copy text not null, version bigint not null, stage text not null, signer text not null,
    sheet text not null, category text not null, remark text not null,
    primary key (school, copy, version, stage, signer, sheet)
);

-- Statements made for an earlier version that still speak for sheets of this one, because the sheets' digests are the same.
create table kept_statements (
    school text not null, copy text not null, version bigint not null, stage text not null, signer text not null,
    from_version bigint not null,
    sheets text not null,          -- identifiers, a space between
    primary key (school, copy, version, stage, signer, from_version)
);

-- The last look of each signer at each sheet: a state, not a fact.
create table seen_sheets (
    school text not null, person text not null, copy text not null, sheet text not null,
    version bigint not null, digest text not null, seen_at text not null,
    primary key (school, person, copy, sheet)
);

-- What is to be told on somebody's first screen. The words are made when they are shown: no name and no mark lies here.
create table notices (
    school text not null, person text not null, no bigint not null,
    kind text not null, copy text not null, version bigint not null,
    at text not null, seen_at text not null,
    primary key (school, person, no)
);

-- Certificates that no longer serve, and why.
create table revocations (
    school text not null, fingerprint text not null, reason text not null, note text not null,
    at text not null, by_person text not null,
    primary key (school, fingerprint)
);

-- What was reminded of already: once for each person, copy and kind.
create table reminders (
    school text not null, person text not null, copy text not null, version bigint not null,
    kind text not null, day text not null,
    primary key (school, person, copy, version, kind)
);

create table mail_addresses (
    school text not null, person text not null, address text not null, changed_at text not null,
    primary key (school, person)
);

create table letters (
    school text not null, no bigint not null, person text not null, address text not null,
    subject text not null, body text not null, written_at text not null,
    attempts bigint not null, sent_at text not null, failure text not null,
    primary key (school, no)
);

-- Signatures made elsewhere over a copy's PDF (УКЭП, CAdES); the files lie in the house's folder `scans`.
create table foreign_signatures (
    school text not null, copy text not null, version bigint not null, digest text not null,
    over text not null,            -- `issued` or `sealed`
    bytes bigint not null, at text not null, by_person text not null,
    primary key (school, copy, version, digest)
);
