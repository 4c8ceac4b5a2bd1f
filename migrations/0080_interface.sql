-- Tokens, idempotency keys, jobs.
select 1;
