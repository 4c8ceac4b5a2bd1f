-- Guards of 0040.
select 1;
