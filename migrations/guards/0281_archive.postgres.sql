-- Guards of 0280 on PostgreSQL: the same rules.

create or replace trigger archive_checks_append_only before update or delete on archive_checks
    for each row execute function letopis_append_only();

create or replace trigger archive_checks_no_truncate before truncate on archive_checks
    for each statement execute function letopis_append_only();

create or replace trigger archive_transfers_append_only before update or delete on archive_transfers
    for each row execute function letopis_append_only();

create or replace trigger archive_transfers_no_truncate before truncate on archive_transfers
    for each statement execute function letopis_append_only();
