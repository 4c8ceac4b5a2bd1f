-- Guards of 0260: what a person said of a scan's differences stays.

create trigger if not exists scan_looks_no_update before update on scan_looks
begin
    select raise(abort, 'append-only: scan_looks');
end;

create trigger if not exists scan_looks_no_delete before delete on scan_looks
begin
    select raise(abort, 'append-only: scan_looks');
end;
