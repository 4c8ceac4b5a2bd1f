-- Long work, tokens of the documented interface, and the answers kept for idempotency keys.

-- A job is taken by one process at a time: `holder` has it until `leased_until` (seconds since 1970), then anybody may take it.
create table jobs (
    school text not null, id text not null,
    kind text not null,
    once text not null,            -- names the work: at most one open job of a name
    arguments text not null,       -- canonical JSON
    state text not null check (state in ('waiting', 'running', 'done', 'failed')),
    done bigint not null, total bigint not null, stage text not null,
    result text not null,          -- canonical JSON, empty until the end
    attempts bigint not null,
    holder text not null, leased_until bigint not null,
    queued bigint not null,        -- seconds since 1970: the order of the queue
    created_at text not null, created_by text not null, started_at text not null, finished_at text not null,
    primary key (school, id)
);
create unique index jobs_open on jobs (school, once) where state in ('waiting', 'running');
create index jobs_queue on jobs (school, state, queued, id);

-- A token is shown once; only its SHA-256 stays (32 random bytes need no salt). It is revoked, never deleted.
create table tokens (
    school text not null, id text not null, label text not null,
    scopes text not null,          -- words of actions, a space between
    hash text not null,
    created_at text not null, created_by text not null,
    expires_on text not null,      -- last day, never empty
    revoked_at text not null, revoked_by text not null, last_used_at text not null,
    primary key (school, id)
);
create unique index tokens_of_hash on tokens (school, hash);

-- The answer to a request with an idempotency key, kept for a day and then cleared away.
create table idempotency (
    school text not null, token text not null, key text not null,
    fingerprint text not null,     -- SHA-256 of method, address and body
    status bigint not null,        -- 0 while the first request is under way
    content_type text not null, body text not null,
    created bigint not null,       -- seconds since 1970
    primary key (school, token, key)
);
