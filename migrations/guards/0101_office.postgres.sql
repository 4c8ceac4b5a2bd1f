-- Guards of 0100 on PostgreSQL: the same rules.

create or replace trigger paper_copies_append_only before update or delete on paper_copies
    for each row execute function letopis_append_only();

create or replace trigger paper_register_append_only before update or delete on paper_register
    for each row execute function letopis_append_only();

create or replace trigger paper_facts_append_only before update or delete on paper_facts
    for each row execute function letopis_append_only();

create or replace trigger handovers_append_only before update or delete on handovers
    for each row execute function letopis_append_only();

create or replace trigger handover_signatures_append_only before update or delete on handover_signatures
    for each row execute function letopis_append_only();

create or replace trigger paper_closings_append_only before update or delete on paper_closings
    for each row execute function letopis_append_only();

-- The number of a line is the next after the last one, and none is added to a year that has its closing line.
create or replace function letopis_paper_register_in_order() returns trigger language plpgsql as $$
begin
    if new.no <> (select coalesce(max(no), 0) + 1 from paper_register where school = new.school)
        or exists (select 1 from paper_closings where school = new.school and year = new.year) then
        raise exception 'append-only: paper_register' using errcode = '23514';
    end if;
    return new;
end $$;
create or replace trigger paper_register_in_order before insert on paper_register
    for each row execute function letopis_paper_register_in_order();

create or replace function letopis_handovers_in_order() returns trigger language plpgsql as $$
begin
    if new.no <> (select coalesce(max(no), 0) + 1 from handovers where school = new.school)
        or new.from_person = new.to_person then
        raise exception 'append-only: handovers' using errcode = '23514';
    end if;
    return new;
end $$;
create or replace trigger handovers_in_order before insert on handovers
    for each row execute function letopis_handovers_in_order();

-- Nobody signs for another.
create or replace function letopis_handover_signatures_own() returns trigger language plpgsql as $$
begin
    if not exists (
        select 1 from handovers where school = new.school and no = new.handover
        and new.person = case new.side when 'from' then from_person else to_person end
    ) then
        raise exception 'append-only: handover_signatures' using errcode = '23514';
    end if;
    return new;
end $$;
create or replace trigger handover_signatures_own before insert on handover_signatures
    for each row execute function letopis_handover_signatures_own();
