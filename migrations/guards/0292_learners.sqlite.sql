-- Guards of 0291: a check of data stays as it was recorded.

create trigger if not exists data_checks_no_update before update on data_checks
begin
    select raise(abort, 'append-only: data_checks');
end;

create trigger if not exists data_checks_no_delete before delete on data_checks
begin
    select raise(abort, 'append-only: data_checks');
end;
