-- The history of the school's data (SEC-02): one line for each row that came, changed or went, never changed itself.

create table changes (
    school text not null, seq bigint not null,   -- from 1, without gaps
    event_idx bigint not null,     -- index of the event in the log that vouches for it
    at text not null, actor text not null,
    tbl text not null, year text not null,
    row_key text not null,         -- canonical JSON array of the key's columns
    old_row text not null,         -- canonical JSON array of the other columns; empty: there was no such row
    new_row text not null,         -- the same; empty: the row is gone
    undoes bigint not null,        -- the earliest change of this row that it takes back, with all after it; 0: none
    salt text not null, digest text not null,    -- digest over salt and line; checks recompute it
    primary key (school, seq)
);
create index changes_of_row on changes (school, tbl, year, row_key, seq);
create index changes_of_actor on changes (school, actor, seq);
create index changes_of_event on changes (school, event_idx, seq);

-- Notices of compromise (SEC-03): what the account did from `since` until the notice is void.
create table compromises (
    school text not null, no bigint not null,
    account text not null, since text not null, learnt_at text not null,
    noted_at text not null, noted_by text not null, reason text not null,
    event_idx bigint not null,     -- what the account did before this index and from `since` on is void
    primary key (school, no)
);

-- What became of a void change (`subject` = change, `target` = seq) or of another void act (`subject` = event, `target` = index).
-- A decision of an account that is itself compromised later is void as well, so there may be several for one target.
create table void_decisions (
    school text not null, no bigint not null,
    subject text not null check (subject in ('change', 'event')), target bigint not null,
    decision text not null check (decision in ('approved', 'undone')),
    decided_at text not null, decided_by text not null, event_idx bigint not null,
    primary key (school, no)
);
create index void_decisions_of_target on void_decisions (school, subject, target);
