-- Guards of 0285 on PostgreSQL: the same rules.

create or replace trigger outages_append_only before update or delete on outages
    for each row execute function letopis_append_only();

create or replace trigger outages_no_truncate before truncate on outages
    for each statement execute function letopis_append_only();

create or replace trigger outage_facts_append_only before update or delete on outage_facts
    for each row execute function letopis_append_only();

create or replace trigger outage_facts_no_truncate before truncate on outage_facts
    for each statement execute function letopis_append_only();
