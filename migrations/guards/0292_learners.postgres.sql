-- Guards of 0291 on PostgreSQL: the same rules.

create or replace trigger data_checks_append_only before update or delete on data_checks
    for each row execute function letopis_append_only();

create or replace trigger data_checks_no_truncate before truncate on data_checks
    for each statement execute function letopis_append_only();
