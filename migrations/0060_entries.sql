-- Policies that came in force after the house was made, and when entries of the journal were made.

-- The founding policy stands in `schools`; a policy once used is never edited (guards), a new order is a new row.
create table policies (
    school text not null, ordinal bigint not null,      -- 1, 2 … in the order of adoption
    name text not null, digest text not null, body text not null,
    in_force_from text not null,                        -- first day in this house
    order_words text not null,                          -- «приказ от 01.09.2026 № 12»
    adopted_at text not null, adopted_by text not null,
    primary key (school, ordinal)
);
create unique index policies_of_digest on policies (school, digest);

-- From `entries.csv` of a bundle: what the journal's earlier home knew of the time of each entry.
create table entries (
    school text not null, year text not null, course text not null, date text not null, number bigint not null,
    what text not null,                                 -- lesson, homework, absence, mark
    learner text not null,                              -- empty for lesson and homework
    entered_at text not null,                           -- local time of the school, 2025-10-15T14:05
    primary key (school, year, course, date, number, what, learner)
);
