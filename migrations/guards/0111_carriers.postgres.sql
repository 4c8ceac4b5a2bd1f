-- Guards of 0110 on PostgreSQL: the same rules.

create or replace trigger carrier_places_append_only before update or delete on carrier_places
    for each row execute function letopis_append_only();

create or replace trigger carriers_append_only before update or delete on carriers
    for each row execute function letopis_append_only();

create or replace trigger carrier_lines_append_only before update or delete on carrier_lines
    for each row execute function letopis_append_only();

create or replace trigger carrier_undertakings_append_only before update or delete on carrier_undertakings
    for each row execute function letopis_append_only();

create or replace trigger carrier_codes_append_only before update or delete on carrier_codes
    for each row execute function letopis_append_only();

create or replace trigger backups_append_only before update or delete on backups
    for each row execute function letopis_append_only();

create or replace trigger backup_carriers_append_only before update or delete on backup_carriers
    for each row execute function letopis_append_only();

create or replace trigger backup_prunings_append_only before update or delete on backup_prunings
    for each row execute function letopis_append_only();

create or replace trigger custody_trips_append_only before update or delete on custody_trips
    for each row execute function letopis_append_only();

create or replace trigger custody_steps_append_only before update or delete on custody_steps
    for each row execute function letopis_append_only();

create or replace trigger backup_checks_append_only before update or delete on backup_checks
    for each row execute function letopis_append_only();

create or replace function letopis_custody_two_sided() returns trigger language plpgsql as $$
begin
    if exists (select 1 from custody_steps s where s.school = new.school and s.trip = new.trip and s.person = new.person
        and s.step <> 'certified' and new.step <> 'certified' and (s.step in ('taken', 'returned')) <> (new.step in ('taken', 'returned'))) then
        raise exception 'append-only: custody_steps' using errcode = '23514';
    end if;
    return new;
end $$;
create or replace trigger custody_steps_two_sided before insert on custody_steps
    for each row execute function letopis_custody_two_sided();
