-- Staff by orders (SEC-09): who was hired and dismissed, and on which days. People of whom no row stands are at work as the list of the
-- year says. A row is put right or taken back with its history, as appointments are; `year`: on whose lists it was entered.

create table employments (
    school text not null, year text not null, id text not null,
    person text not null,
    subject text not null, room text not null,
    hired_on text not null,        -- first day; empty: since before the orders on record
    hire_order text not null, hire_order_date text not null,
    left_on text not null,         -- last day, inclusive; empty: still at work
    leave_order text not null, leave_order_date text not null,
    primary key (school, year, id)
);
create index employments_of_person on employments (school, person);
