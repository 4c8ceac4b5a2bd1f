-- People: appointments by order, accounts, sessions, families, and who looked at whose data.

-- An appointment is ended by a date and never taken away; `year` is the school year on whose lists it was entered.
create table appointments (
    school text not null, year text not null, id text not null,
    person text not null,
    role text not null,            -- word of domain::rights::Role
    grade_from bigint not null,    -- deputies: first grade of the range, 0 for the whole school
    grade_to bigint not null,
    stands_for text not null,      -- substitutes: whose classes and courses; empty otherwise
    acting bigint not null,        -- 1: и.о.
    order_no text not null, order_date text not null,
    starts text not null,          -- first day; empty: since the list of the year
    ends text not null,            -- last day, inclusive; empty: until another order
    end_order text not null,
    primary key (school, year, id)
);
create index appointments_of_person on appointments (school, person);

-- Who has read an order (лист ознакомления): a fact, never changed.
create table appointment_readings (
    school text not null, order_no text not null, order_date text not null, person text not null,
    read_at text not null,
    primary key (school, order_no, order_date, person)
);

-- Parents and other legal representatives; their learners below.
create table guardians (
    school text not null, id text not null,
    surname text not null, given_name text not null, patronymic text not null,
    primary key (school, id)
);

create table guardian_learners (
    school text not null, guardian text not null, learner text not null,
    since text not null, until text not null,   -- empty: until further notice
    primary key (school, guardian, learner)
);
create index guardians_of_learner on guardian_learners (school, learner);

create table accounts (
    school text not null, person text not null,
    login text not null,
    secret text not null,          -- argon2id in PHC form; empty: signs in by the identity service only
    state text not null check (state in ('issued', 'open', 'locked')),   -- issued: the password must be changed first
    issued_at text not null, issued_by text not null,
    one_time_until bigint not null,   -- Unix seconds after which an unused one-time password is void; 0 once changed
    password_at text not null,
    locked_at text not null, locked_by text not null,
    factor_salt text not null,     -- the second factor's secret is made of this and of a key outside the database; empty: none
    factor_on text not null,       -- when it was confirmed by a first code; empty: not yet
    factor_step bigint not null,   -- last used step of 30 s: a code is used once
    primary key (school, person)
);
create unique index accounts_by_login on accounts (school, login);

create table recovery_codes (
    school text not null, person text not null, hash text not null, used_at text not null,
    primary key (school, person, hash)
);

-- Tokens are kept as SHA-256; moments are Unix seconds. A session is ended, never taken away.
create table sessions (
    school text not null, token text not null, person text not null,
    began bigint not null, seen bigint not null, expires bigint not null,
    ended bigint not null,         -- 0: still open
    end_reason text not null,
    factor bigint not null,        -- 1: a second factor was given
    how text not null,             -- password, identity
    address text not null, agent text not null,
    primary key (school, token)
);
create index sessions_of_person on sessions (school, person, began);

-- Failed attempts, by a digest of what is counted (account; account and address): a login that does not exist is counted like one that does.
create table attempts (
    school text not null, subject text not null,
    failures bigint not null, last bigint not null, retry bigint not null,
    primary key (school, subject)
);

-- Accounts of the identity service (OpenID Connect), linked by an administrator or a one-time code, never by name.
create table oidc_links (
    school text not null, issuer text not null, subject text not null, person text not null,
    linked_at text not null, linked_by text not null,
    primary key (school, issuer, subject)
);
create index oidc_links_of_person on oidc_links (school, person);

create table oidc_flows (
    school text not null, state text not null,   -- digests and secrets of one sign-in under way
    nonce text not null, verifier text not null, expires bigint not null,
    subject text not null,         -- who came back and is not linked yet
    primary key (school, state)
);

create table link_codes (
    school text not null, hash text not null, person text not null, expires bigint not null, used bigint not null,
    primary key (school, hash)
);

-- Who looked at whose data: grows only.
create table access_notes (
    school text not null, id text not null,
    at text not null,
    by_person text not null, office text not null,
    what text not null,            -- class, course, learner, copy, person, access
    subject text not null,         -- identifier or class name
    class text not null,           -- class of the subject, empty where there is none
    year text not null,
    primary key (school, id)
);
create index access_notes_of_subject on access_notes (school, what, subject, at);
create index access_notes_of_class on access_notes (school, class, at);
create index access_notes_by_person on access_notes (school, by_person, at);

-- Marks of the house itself: `demo` shows its logins on the start page of a demonstration house only.
create table house_marks (
    school text not null, name text not null, value text not null,
    primary key (school, name)
);

-- Offices are looked up at every sign-in and page.
create index classes_of_teacher on classes (school, year, class_teacher);
create index courses_of_teacher on courses (school, year, teacher);
create index lessons_of_substitute on lessons (school, year, substitute, date);
