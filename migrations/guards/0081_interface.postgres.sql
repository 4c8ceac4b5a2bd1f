-- Guards of 0080.
select 1;
