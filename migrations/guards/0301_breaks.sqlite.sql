-- Guards of 0300: what was announced stays on record.

create trigger if not exists breaks_no_update before update on breaks
begin
    select raise(abort, 'append-only: breaks');
end;

create trigger if not exists breaks_no_delete before delete on breaks
begin
    select raise(abort, 'append-only: breaks');
end;
