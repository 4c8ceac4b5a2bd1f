-- The history of the school's data.
select 1;
