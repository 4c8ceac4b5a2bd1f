-- Guards of 0150: what only grows; nothing enters a year that has its closing record.

create trigger if not exists file_plan_no_update before update on file_plan
begin
    select raise(abort, 'append-only: file_plan');
end;

create trigger if not exists file_plan_no_delete before delete on file_plan
begin
    select raise(abort, 'append-only: file_plan');
end;

create trigger if not exists file_plan_closings_no_update before update on file_plan_closings
begin
    select raise(abort, 'append-only: file_plan_closings');
end;

create trigger if not exists file_plan_closings_no_delete before delete on file_plan_closings
begin
    select raise(abort, 'append-only: file_plan_closings');
end;

create trigger if not exists file_plan_in_order before insert on file_plan
when new.version <> (
        select coalesce(max(version), 0) + 1 from file_plan where school = new.school and year = new.year and idx = new.idx
    )
    or exists (select 1 from file_plan_closings where school = new.school and year = new.year)
begin
    select raise(abort, 'append-only: file_plan');
end;

create trigger if not exists volume_numberings_no_update before update on volume_numberings
begin
    select raise(abort, 'append-only: volume_numberings');
end;

create trigger if not exists volume_numberings_no_delete before delete on volume_numberings
begin
    select raise(abort, 'append-only: volume_numberings');
end;
