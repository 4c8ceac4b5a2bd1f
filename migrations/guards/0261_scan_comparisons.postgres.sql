-- Guards of 0260 on PostgreSQL: the same rules.

create or replace trigger scan_looks_append_only before update or delete on scan_looks
    for each row execute function letopis_append_only();

create or replace trigger scan_looks_no_truncate before truncate on scan_looks
    for each statement execute function letopis_append_only();
