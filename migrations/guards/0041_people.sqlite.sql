-- Guards of 0040: what only grows, and accounts whose login stays.

create trigger if not exists access_notes_no_update before update on access_notes
begin
    select raise(abort, 'append-only: access_notes');
end;

create trigger if not exists access_notes_no_delete before delete on access_notes
begin
    select raise(abort, 'append-only: access_notes');
end;

create trigger if not exists appointment_readings_no_update before update on appointment_readings
begin
    select raise(abort, 'append-only: appointment_readings');
end;

create trigger if not exists appointment_readings_no_delete before delete on appointment_readings
begin
    select raise(abort, 'append-only: appointment_readings');
end;

create trigger if not exists accounts_no_delete before delete on accounts
begin
    select raise(abort, 'append-only: accounts');
end;

create trigger if not exists sessions_no_delete before delete on sessions
begin
    select raise(abort, 'append-only: sessions');
end;

create trigger if not exists sessions_stay_ended before update on sessions
when old.ended <> 0 or new.person <> old.person or new.began <> old.began
begin
    select raise(abort, 'append-only: sessions');
end;
