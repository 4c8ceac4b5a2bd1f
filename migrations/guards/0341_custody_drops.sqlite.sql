-- Guards of 0340: what ended a request stays, is said of a carrier in the safe alone, and nothing but the key's return is signed after it.

create trigger if not exists custody_drops_no_update before update on custody_drops
begin
    select raise(abort, 'append-only: custody_drops');
end;

create trigger if not exists custody_drops_no_delete before delete on custody_drops
begin
    select raise(abort, 'append-only: custody_drops');
end;

-- The carrier was not handed over; whoever declines another's request says why.
create trigger if not exists custody_drops_in_safe before insert on custody_drops
when not exists (select 1 from custody_trips t where t.school = new.school and t.no = new.trip
        and (t.taker = new.by_person or trim(new.reason) <> ''))
    or exists (select 1 from custody_steps s where s.school = new.school and s.trip = new.trip and s.step <> 'key_given')
begin
    select raise(abort, 'append-only: custody_drops');
end;

create trigger if not exists custody_steps_not_dropped before insert on custody_steps
when new.step <> 'key_back' and exists (select 1 from custody_drops d where d.school = new.school and d.trip = new.trip)
begin
    select raise(abort, 'append-only: custody_steps');
end;
