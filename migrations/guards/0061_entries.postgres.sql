-- Guards of 0060 on PostgreSQL: a policy once used is never edited.

create or replace trigger policies_append_only before update or delete on policies
    for each row execute function letopis_append_only();
