-- The house: one set of portable SQL for SQLite and PostgreSQL. Columns are text and bigint only: dates are ISO text, an absent
-- value is an empty string, canonical JSON is text (jsonb reorders keys). Every row knows its school.

create table schools (
    school text primary key,
    name text not null,
    short_name text not null,
    town text not null,
    policy text not null,          -- name of the policy in force
    policy_text text not null,     -- the policy file itself: a policy once used is never edited
    utc_offset_minutes bigint not null,
    created_at text not null
);

-- The journal of a school year, as the last bundle gave it. `ordinal` keeps the bundle's order.

create table periods (
    school text not null, year text not null, id text not null,
    name text not null, kind text not null, grade_from bigint not null, grade_to bigint not null,
    starts text not null, ends text not null, ordinal bigint not null,
    primary key (school, year, id)
);

create table staff (
    school text not null, year text not null, id text not null,
    surname text not null, given_name text not null, patronymic text not null,
    position text not null, roles text not null, ordinal bigint not null,
    primary key (school, year, id)
);

create table classes (
    school text not null, year text not null, name text not null,
    grade bigint not null, class_teacher text not null, ordinal bigint not null,
    primary key (school, year, name)
);

create table learners (
    school text not null, year text not null, id text not null,
    surname text not null, given_name text not null, patronymic text not null, born text not null,
    class text not null, enrolled_on text not null, enrolment_order text not null,
    left_on text not null, leaving_order text not null, ordinal bigint not null,
    primary key (school, year, id)
);

create table courses (
    school text not null, year text not null, id text not null,
    class text not null, subject text not null, group_name text not null, teacher text not null,
    hours_centi bigint not null,   -- hours a week in hundredths: no binary fractions
    ordinal bigint not null,
    primary key (school, year, id)
);

create table group_members (
    school text not null, year text not null, course text not null, learner text not null, ordinal bigint not null,
    primary key (school, year, course, learner)
);

create table lessons (
    school text not null, year text not null, course text not null, date text not null, number bigint not null,
    topic text not null, homework text not null, kind_of_work text not null, substitute text not null,
    primary key (school, year, course, date, number)
);

create table marks (
    school text not null, year text not null, course text not null, date text not null, number bigint not null,
    learner text not null, ordinal bigint not null, kind_of_work text not null, value text not null,
    primary key (school, year, course, date, number, learner, ordinal)
);

create table absences (
    school text not null, year text not null, course text not null, date text not null, number bigint not null,
    learner text not null, code text not null,
    primary key (school, year, course, date, number, learner)
);

create table final_marks (
    school text not null, year text not null, course text not null, learner text not null, period text not null,
    value text not null,
    primary key (school, year, course, learner, period)
);

create table decisions (
    school text not null, year text not null, learner text not null,
    decision text not null, protocol text not null, date text not null,
    primary key (school, year, learner)
);

-- What came in, and when. The bundle's files lie in the house's folder under their digest.
create table bundles (
    school text not null, digest text not null, year text not null, imported_at text not null, imported_by text not null,
    primary key (school, digest)
);

-- A closed period of a class: locks lessons, marks, absences and final marks (guards/), for every write path.
create table closures (
    school text not null, year text not null, class text not null, period text not null,
    starts text not null, ends text not null, closed_at text not null, closed_by text not null, ground text not null,
    primary key (school, year, class, period)
);

create table snapshots (
    school text not null, digest text not null, body text not null,
    primary key (school, digest)
);

create table copies (
    school text not null, id text not null, version bigint not null,
    year text not null, class text not null, period text not null, number text not null,
    kind text not null check (kind in ('period_copy', 'summary_sheet')),
    state text not null check (state in ('frozen', 'issued', 'signed', 'sealed', 'refused', 'superseded')),
    snapshot text not null,        -- digest
    sheets bigint not null,
    pages bigint not null,         -- 0 until issued
    issued_at text not null,       -- empty until issued
    issued_pdf text not null,      -- digest, empty until issued; the file lies in the house's folder `issued`
    primary key (school, id, version)
);

-- People's statements are facts: one for each copy, version, stage and signer, never changed.
create table statements (
    school text not null, copy text not null, version bigint not null, stage text not null, signer text not null,
    body text not null,            -- the signed bytes
    signature text not null,       -- raw Ed25519, base64
    certificate text not null,     -- digest of the DER certificate
    signed_at text not null, verdict text not null,
    primary key (school, copy, version, stage, signer)
);

create table certificates (
    school text not null, fingerprint text not null,
    owner text not null,           -- staff id, or `authority`, `seal`, `log`
    serial text not null, subject text not null, not_before text not null, not_after text not null,
    pem text not null, key_file text not null, registered_at text not null,
    ordinal bigint not null,       -- order of registration: the last of an owner is the one in use
    primary key (school, fingerprint)
);
create index certificates_of_owner on certificates (school, owner, ordinal);

-- The register: a number is given once (`counters`), the line stays for ever.
create table register (
    school text not null, no bigint not null,
    copy text not null, version bigint not null, number text not null, kind text not null, year text not null,
    class text not null, period text not null, sealed_at text not null, sheets bigint not null, pages bigint not null,
    object text not null, sealed_pdf text not null, snapshot text not null, keep_through text not null,
    log_proof text not null,       -- what the object's log-proof.txt says: sealing can be finished after a crash
    primary key (school, no)
);
create unique index register_of_copy on register (school, copy, version);

create table counters (
    school text not null, name text not null, value bigint not null,
    primary key (school, name)
);

-- The audit log: a Merkle tree (RFC 6962) with one writer. `frontier` is the tree's right edge, so that appending is O(log n).
create table log_head (
    school text primary key,
    size bigint not null,
    frontier text not null,
    turn bigint not null           -- changed first in every writing transaction: takes the writer's place in the queue
);

create table log_entries (
    school text not null, idx bigint not null,
    event text not null, payload text not null, salt text not null,
    leaf text not null,            -- leaf hash, hex
    primary key (school, idx)
);

create table checkpoints (
    school text not null, size bigint not null, root text not null, signed_at text not null,
    note text not null,            -- the signed note (C2SP)
    primary key (school, size)
);
