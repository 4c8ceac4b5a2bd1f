-- Guards of 0060 on SQLite: a policy once used is never edited.

create trigger if not exists policies_no_update before update on policies
begin
    select raise(abort, 'append-only: policies');
end;

create trigger if not exists policies_no_delete before delete on policies
begin
    select raise(abort, 'append-only: policies');
end;
