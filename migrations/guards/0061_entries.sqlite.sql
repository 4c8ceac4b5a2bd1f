-- Guards of 0060.
select 1;
