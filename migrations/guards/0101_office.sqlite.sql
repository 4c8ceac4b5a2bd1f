-- Guards of 0100: what only grows, numbers without gaps, closed years.

create trigger if not exists paper_copies_no_update before update on paper_copies
begin
    select raise(abort, 'append-only: paper_copies');
end;

create trigger if not exists paper_copies_no_delete before delete on paper_copies
begin
    select raise(abort, 'append-only: paper_copies');
end;

create trigger if not exists paper_register_no_update before update on paper_register
begin
    select raise(abort, 'append-only: paper_register');
end;

create trigger if not exists paper_register_no_delete before delete on paper_register
begin
    select raise(abort, 'append-only: paper_register');
end;

create trigger if not exists paper_facts_no_update before update on paper_facts
begin
    select raise(abort, 'append-only: paper_facts');
end;

create trigger if not exists paper_facts_no_delete before delete on paper_facts
begin
    select raise(abort, 'append-only: paper_facts');
end;

create trigger if not exists handovers_no_update before update on handovers
begin
    select raise(abort, 'append-only: handovers');
end;

create trigger if not exists handovers_no_delete before delete on handovers
begin
    select raise(abort, 'append-only: handovers');
end;

create trigger if not exists handover_signatures_no_update before update on handover_signatures
begin
    select raise(abort, 'append-only: handover_signatures');
end;

create trigger if not exists handover_signatures_no_delete before delete on handover_signatures
begin
    select raise(abort, 'append-only: handover_signatures');
end;

create trigger if not exists paper_closings_no_update before update on paper_closings
begin
    select raise(abort, 'append-only: paper_closings');
end;

create trigger if not exists paper_closings_no_delete before delete on paper_closings
begin
    select raise(abort, 'append-only: paper_closings');
end;

-- The number of a line is the next after the last one, and none is added to a year that has its closing line.
create trigger if not exists paper_register_in_order before insert on paper_register
when new.no <> (select coalesce(max(no), 0) + 1 from paper_register where school = new.school)
    or exists (select 1 from paper_closings where school = new.school and year = new.year)
begin
    select raise(abort, 'append-only: paper_register');
end;

create trigger if not exists handovers_in_order before insert on handovers
when new.no <> (select coalesce(max(no), 0) + 1 from handovers where school = new.school)
    or new.from_person = new.to_person
begin
    select raise(abort, 'append-only: handovers');
end;

-- Nobody signs for another.
create trigger if not exists handover_signatures_own before insert on handover_signatures
when not exists (
    select 1 from handovers where school = new.school and no = new.handover
    and new.person = case new.side when 'from' then from_person else to_person end
)
begin
    select raise(abort, 'append-only: handover_signatures');
end;
