-- Training: what a person did in the lessons of the programme (003 Рук 23). It only grows (guards/0211).

create table training_steps (
    school text not null, person text not null, seq bigint not null,
    lesson text not null,          -- domain::training::Lesson::id
    edition text not null,         -- edition of the programme
    answers text not null,         -- chosen answers in the order of questions, from 1, joined by commas; 0 where none was chosen
    passed bigint not null,        -- 1 when every answer was right and the task was said to be done
    at text not null,
    primary key (school, person, seq)
);
