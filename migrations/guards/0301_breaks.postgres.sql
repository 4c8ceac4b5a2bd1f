-- Guards of 0300 on PostgreSQL: the same rules.

create or replace trigger breaks_append_only before update or delete on breaks
    for each row execute function letopis_append_only();

create or replace trigger breaks_no_truncate before truncate on breaks
    for each statement execute function letopis_append_only();
