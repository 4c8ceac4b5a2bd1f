-- Guards of 0285: what was recorded of an outage stays.

create trigger if not exists outages_no_update before update on outages
begin
    select raise(abort, 'append-only: outages');
end;

create trigger if not exists outages_no_delete before delete on outages
begin
    select raise(abort, 'append-only: outages');
end;

create trigger if not exists outage_facts_no_update before update on outage_facts
begin
    select raise(abort, 'append-only: outage_facts');
end;

create trigger if not exists outage_facts_no_delete before delete on outage_facts
begin
    select raise(abort, 'append-only: outage_facts');
end;
