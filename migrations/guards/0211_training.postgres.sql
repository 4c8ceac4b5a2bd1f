-- Guards of 0210 on PostgreSQL: the same rules.

create or replace trigger training_steps_append_only before update or delete on training_steps
    for each row execute function letopis_append_only();

create or replace trigger training_steps_no_truncate before truncate on training_steps
    for each statement execute function letopis_append_only();
