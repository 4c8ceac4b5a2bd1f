-- The register of consents (152-ФЗ; 003 Кл 4; 000 Усл 4): what a parent said, for which child and purpose, on which day and paper. A later
-- line of the same child, parent and purpose takes the place of an earlier one, which stays; a withdrawal is a line too. `year`: when it
-- was entered. A slip of the pen is taken back with its history, as everything of the school's data.

create table consents (
    school text not null, year text not null, id text not null,
    learner text not null,
    guardian text not null,        -- the parent; the learner's own identifier for a learner of age
    purpose text not null check (purpose in ('diary', 'email', 'sms', 'site')),
    said text not null check (said in ('consent', 'refusal', 'withdrawal')),
    dated text not null,           -- day of the paper
    ground text not null,          -- the paper: «заявление от 01.09.2025»
    recorded_by text not null, recorded_at text not null,
    primary key (school, year, id)
);
create index consents_of_learner on consents (school, learner);
