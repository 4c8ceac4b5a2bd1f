-- Guards of 0030.
select 1;
