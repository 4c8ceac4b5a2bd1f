-- Carriers of backups: places, carriers and their ledger, codes, undertakings, backups, custody with two sides, checks. Everything here
-- only grows. The code of a carrier is never here: `sealed_key` opens with it and with nothing else.

create table carrier_places (
    school text not null, id text not null,
    room text not null,            -- «кабинет 12»
    holder text not null,          -- safe, cabinet, shelf: word of domain::carrier
    label text not null,           -- «сейф секретаря»
    registered_at text not null, registered_by text not null,
    primary key (school, id)
);

create table carriers (
    school text not null, id text not null,   -- Н-1: numbers are never given twice
    kind text not null,            -- disk, flash, folder, key
    label text not null, serial text not null, capacity text not null,
    purpose text not null,         -- main, second, working
    mark text not null,            -- random words of the file by which the carrier itself is known
    registered_at text not null, registered_by text not null,
    primary key (school, id)
);

-- The ledger of a carrier: where it is kept and mounted since when; the last line is in force.
create table carrier_lines (
    school text not null, carrier text not null, ordinal bigint not null,
    what text not null,            -- registered, moved, pruned, written_off
    place text not null,
    path text not null,            -- folder in which it appears when it is connected; empty for a key
    note text not null,
    at text not null, by_person text not null,
    primary key (school, carrier, ordinal)
);

-- Undertakings not to disclose the code: signed before anything else.
create table carrier_undertakings (
    school text not null, person text not null,
    text_digest text not null,     -- what was signed
    at text not null,
    primary key (school, person)
);

-- That a code exists, since when, who made it. The public key encrypts; the sealed private key opens with the code alone.
create table carrier_codes (
    school text not null, no bigint not null,
    recipient text not null,       -- age1…
    sealed_key text not null,      -- age file (scrypt), base64
    at text not null, by_person text not null,
    primary key (school, no)
);

create table backups (
    school text not null, id text not null,
    cause text not null,           -- week, month, period, demand
    at text not null, by_person text not null,
    code_no bigint not null,
    bytes bigint not null, parts bigint not null,
    sha256 text not null,          -- of the encrypted stream
    manifest text not null,        -- digest of the signed manifest
    members bigint not null, table_rows bigint not null,
    log_size bigint not null, log_root text not null,
    periods text not null,         -- closed periods that it holds, a space between
    primary key (school, id)
);

-- On which carriers a backup was written whole.
create table backup_carriers (
    school text not null, backup text not null, carrier text not null, at text not null,
    primary key (school, backup, carrier)
);

-- Copies taken off a carrier by the school's rule of keeping: the row of the copy stays.
create table backup_prunings (
    school text not null, carrier text not null, backup text not null,
    rule text not null,            -- the rule in words, as it was then
    at text not null, by_person text not null,
    primary key (school, carrier, backup)
);

-- One way of a carrier out of the safe and back.
create table custody_trips (
    school text not null, no bigint not null,
    carrier text not null, purpose text not null, due_on text not null,
    taker text not null,
    at text not null, by_person text not null,
    primary key (school, no)
);

-- Who did what in a trip, each in the own session.
create table custody_steps (
    school text not null, trip bigint not null, step text not null,
    person text not null, office text not null, note text not null, at text not null,
    primary key (school, trip, step)
);

-- Comparisons, rehearsals and restores: what was read, and what came of it.
create table backup_checks (
    school text not null, no bigint not null,
    what text not null,            -- comparison, rehearsal
    carrier text not null,         -- empty when the copy lay elsewhere
    backup text not null,
    verdict text not null,         -- valid, altered, unchecked
    coverage text not null,        -- canonical JSON: the certificate
    at text not null, by_person text not null,
    certified_trip bigint not null,   -- trip that the comparison belongs to; 0 for none
    primary key (school, no)
);
create index backup_checks_of_carrier on backup_checks (school, carrier, no);
