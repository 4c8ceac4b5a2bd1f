-- Guards of 0340 on PostgreSQL: the same rules.

create or replace trigger custody_drops_append_only before update or delete on custody_drops
    for each row execute function letopis_append_only();

create or replace trigger custody_drops_no_truncate before truncate on custody_drops
    for each statement execute function letopis_append_only();

-- The carrier was not handed over; whoever declines another's request says why.
create or replace function letopis_custody_drop_in_safe() returns trigger language plpgsql as $$
begin
    if not exists (select 1 from custody_trips t where t.school = new.school and t.no = new.trip
            and (t.taker = new.by_person or trim(new.reason) <> ''))
        or exists (select 1 from custody_steps s where s.school = new.school and s.trip = new.trip and s.step <> 'key_given') then
        raise exception 'append-only: custody_drops' using errcode = '23514';
    end if;
    return new;
end $$;
create or replace trigger custody_drops_in_safe before insert on custody_drops
    for each row execute function letopis_custody_drop_in_safe();

create or replace function letopis_custody_step_not_dropped() returns trigger language plpgsql as $$
begin
    if new.step <> 'key_back' and exists (select 1 from custody_drops d where d.school = new.school and d.trip = new.trip) then
        raise exception 'append-only: custody_steps' using errcode = '23514';
    end if;
    return new;
end $$;
create or replace trigger custody_steps_not_dropped before insert on custody_steps
    for each row execute function letopis_custody_step_not_dropped();
