-- Guards of 0150 on PostgreSQL: the same rules.

create or replace trigger file_plan_append_only before update or delete on file_plan
    for each row execute function letopis_append_only();

create or replace trigger file_plan_closings_append_only before update or delete on file_plan_closings
    for each row execute function letopis_append_only();

create or replace function letopis_file_plan_in_order() returns trigger language plpgsql as $$
begin
    if new.version <> (
            select coalesce(max(version), 0) + 1 from file_plan where school = new.school and year = new.year and idx = new.idx
        )
        or exists (select 1 from file_plan_closings where school = new.school and year = new.year) then
        raise exception 'append-only: file_plan' using errcode = '23514';
    end if;
    return new;
end $$;
create or replace trigger file_plan_in_order before insert on file_plan
    for each row execute function letopis_file_plan_in_order();

create or replace trigger volume_numberings_append_only before update or delete on volume_numberings
    for each row execute function letopis_append_only();
