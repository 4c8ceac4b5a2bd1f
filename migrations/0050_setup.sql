-- The school's year beside the journal.
select 1;
