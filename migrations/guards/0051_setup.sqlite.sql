-- Guards of 0050.
select 1;
