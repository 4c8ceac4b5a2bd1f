-- People: appointments, accounts, sessions, access, compromise.
select 1;
