-- Guards of 0320: what a person said to matter stays.

create trigger if not exists scan_graves_no_update before update on scan_graves
begin
    select raise(abort, 'append-only: scan_graves');
end;

create trigger if not exists scan_graves_no_delete before delete on scan_graves
begin
    select raise(abort, 'append-only: scan_graves');
end;
