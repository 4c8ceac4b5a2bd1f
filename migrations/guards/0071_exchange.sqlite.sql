-- Guards of 0070: the list of imports only grows.
create trigger if not exists imports_no_update before update on imports
begin
    select raise(abort, 'append-only: imports');
end;

create trigger if not exists imports_no_delete before delete on imports
begin
    select raise(abort, 'append-only: imports');
end;
