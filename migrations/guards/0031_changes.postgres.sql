-- Guards of 0030 on PostgreSQL: history, notices and decisions only grow; nothing that only grows can be truncated.

create or replace trigger changes_append_only before update or delete on changes
    for each row execute function letopis_append_only();

create or replace trigger compromises_append_only before update or delete on compromises
    for each row execute function letopis_append_only();

create or replace trigger void_decisions_append_only before update or delete on void_decisions
    for each row execute function letopis_append_only();

create or replace trigger changes_no_truncate before truncate on changes
    for each statement execute function letopis_append_only();

create or replace trigger compromises_no_truncate before truncate on compromises
    for each statement execute function letopis_append_only();

create or replace trigger void_decisions_no_truncate before truncate on void_decisions
    for each statement execute function letopis_append_only();

create or replace trigger log_entries_no_truncate before truncate on log_entries
    for each statement execute function letopis_append_only();

create or replace trigger checkpoints_no_truncate before truncate on checkpoints
    for each statement execute function letopis_append_only();

create or replace trigger closures_no_truncate before truncate on closures
    for each statement execute function letopis_append_only();

create or replace trigger snapshots_no_truncate before truncate on snapshots
    for each statement execute function letopis_append_only();

create or replace trigger statements_no_truncate before truncate on statements
    for each statement execute function letopis_append_only();

create or replace trigger certificates_no_truncate before truncate on certificates
    for each statement execute function letopis_append_only();

create or replace trigger register_no_truncate before truncate on register
    for each statement execute function letopis_append_only();

create or replace trigger bundles_no_truncate before truncate on bundles
    for each statement execute function letopis_append_only();

create or replace trigger copies_no_truncate before truncate on copies
    for each statement execute function letopis_append_only();
