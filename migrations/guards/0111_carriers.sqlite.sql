-- Guards of 0110: everything about carriers only grows, and nobody stands on both sides of one handing over.

create trigger if not exists carrier_places_no_update before update on carrier_places
begin
    select raise(abort, 'append-only: carrier_places');
end;

create trigger if not exists carrier_places_no_delete before delete on carrier_places
begin
    select raise(abort, 'append-only: carrier_places');
end;

create trigger if not exists carriers_no_update before update on carriers
begin
    select raise(abort, 'append-only: carriers');
end;

create trigger if not exists carriers_no_delete before delete on carriers
begin
    select raise(abort, 'append-only: carriers');
end;

create trigger if not exists carrier_lines_no_update before update on carrier_lines
begin
    select raise(abort, 'append-only: carrier_lines');
end;

create trigger if not exists carrier_lines_no_delete before delete on carrier_lines
begin
    select raise(abort, 'append-only: carrier_lines');
end;

create trigger if not exists carrier_undertakings_no_update before update on carrier_undertakings
begin
    select raise(abort, 'append-only: carrier_undertakings');
end;

create trigger if not exists carrier_undertakings_no_delete before delete on carrier_undertakings
begin
    select raise(abort, 'append-only: carrier_undertakings');
end;

create trigger if not exists carrier_codes_no_update before update on carrier_codes
begin
    select raise(abort, 'append-only: carrier_codes');
end;

create trigger if not exists carrier_codes_no_delete before delete on carrier_codes
begin
    select raise(abort, 'append-only: carrier_codes');
end;

create trigger if not exists backups_no_update before update on backups
begin
    select raise(abort, 'append-only: backups');
end;

create trigger if not exists backups_no_delete before delete on backups
begin
    select raise(abort, 'append-only: backups');
end;

create trigger if not exists backup_carriers_no_update before update on backup_carriers
begin
    select raise(abort, 'append-only: backup_carriers');
end;

create trigger if not exists backup_carriers_no_delete before delete on backup_carriers
begin
    select raise(abort, 'append-only: backup_carriers');
end;

create trigger if not exists backup_prunings_no_update before update on backup_prunings
begin
    select raise(abort, 'append-only: backup_prunings');
end;

create trigger if not exists backup_prunings_no_delete before delete on backup_prunings
begin
    select raise(abort, 'append-only: backup_prunings');
end;

create trigger if not exists custody_trips_no_update before update on custody_trips
begin
    select raise(abort, 'append-only: custody_trips');
end;

create trigger if not exists custody_trips_no_delete before delete on custody_trips
begin
    select raise(abort, 'append-only: custody_trips');
end;

create trigger if not exists custody_steps_no_update before update on custody_steps
begin
    select raise(abort, 'append-only: custody_steps');
end;

create trigger if not exists custody_steps_no_delete before delete on custody_steps
begin
    select raise(abort, 'append-only: custody_steps');
end;

create trigger if not exists backup_checks_no_update before update on backup_checks
begin
    select raise(abort, 'append-only: backup_checks');
end;

create trigger if not exists backup_checks_no_delete before delete on backup_checks
begin
    select raise(abort, 'append-only: backup_checks');
end;

create trigger if not exists custody_steps_two_sided before insert on custody_steps
when exists (select 1 from custody_steps s where s.school = new.school and s.trip = new.trip and s.person = new.person
    and s.step <> 'certified' and new.step <> 'certified' and (s.step in ('taken', 'returned')) <> (new.step in ('taken', 'returned')))
begin
    select raise(abort, 'append-only: custody_steps');
end;
