-- Exchange with the outside.
select 1;
