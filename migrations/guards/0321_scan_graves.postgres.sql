-- Guards of 0320 on PostgreSQL: the same rules.

create or replace trigger scan_graves_append_only before update or delete on scan_graves
    for each row execute function letopis_append_only();

create or replace trigger scan_graves_no_truncate before truncate on scan_graves
    for each statement execute function letopis_append_only();
