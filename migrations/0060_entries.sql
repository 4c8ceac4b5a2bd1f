-- When entries of the journal were made.
select 1;
