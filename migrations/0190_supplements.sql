-- Supplements (DOC-18): a copy is due on the last day but one, so what its period still brings goes to a numbered supplement of that copy.

-- A supplement begins as an opening: from then on late entries of the period are taken. `since` is the last line of the history before it: the
-- entries of a supplement are the rows that came after.
create table supplements (
    school text not null,
    id text not null,              -- identifier of the supplement as a copy of its own, `2025-05A-Q1-SUP1`
    copy text not null, version bigint not null, -- the copy that it belongs to
    no bigint not null,            -- from 1 for each copy
    year text not null, class text not null, period text not null,
    since bigint not null,
    opened_at text not null, opened_by text not null,
    ground text not null,          -- empty: opened by the closing itself, before the period's last day was over
    primary key (school, id)
);

-- Its end: frozen, withdrawn without entries, or taken up by a next version of the copy.
create table supplement_ends (
    school text not null, id text not null,
    outcome text not null check (outcome in ('frozen', 'withdrawn', 'reissued')),
    ended_at text not null, ended_by text not null,
    primary key (school, id)
);
