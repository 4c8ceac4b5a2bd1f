-- Guards of 0280: acts of the archive stay as they were written.

create trigger if not exists archive_checks_no_update before update on archive_checks
begin
    select raise(abort, 'append-only: archive_checks');
end;

create trigger if not exists archive_checks_no_delete before delete on archive_checks
begin
    select raise(abort, 'append-only: archive_checks');
end;

create trigger if not exists archive_transfers_no_update before update on archive_transfers
begin
    select raise(abort, 'append-only: archive_transfers');
end;

create trigger if not exists archive_transfers_no_delete before delete on archive_transfers
begin
    select raise(abort, 'append-only: archive_transfers');
end;
