-- Guards of 0030 on SQLite: history, notices and decisions only grow.

create trigger if not exists changes_no_update before update on changes
begin
    select raise(abort, 'append-only: changes');
end;

create trigger if not exists changes_no_delete before delete on changes
begin
    select raise(abort, 'append-only: changes');
end;

create trigger if not exists compromises_no_update before update on compromises
begin
    select raise(abort, 'append-only: compromises');
end;

create trigger if not exists compromises_no_delete before delete on compromises
begin
    select raise(abort, 'append-only: compromises');
end;

create trigger if not exists void_decisions_no_update before update on void_decisions
begin
    select raise(abort, 'append-only: void_decisions');
end;

create trigger if not exists void_decisions_no_delete before delete on void_decisions
begin
    select raise(abort, 'append-only: void_decisions');
end;
