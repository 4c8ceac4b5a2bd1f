-- Guards of 0070.
select 1;
