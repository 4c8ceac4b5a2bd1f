-- Guards of 0040 on PostgreSQL: the same rules.

create or replace trigger access_notes_append_only before update or delete on access_notes
    for each row execute function letopis_append_only();

create or replace trigger appointment_readings_append_only before update or delete on appointment_readings
    for each row execute function letopis_append_only();

create or replace trigger accounts_no_delete before delete on accounts
    for each row execute function letopis_append_only();

create or replace trigger sessions_no_delete before delete on sessions
    for each row execute function letopis_append_only();

create or replace function letopis_sessions_stay_ended() returns trigger language plpgsql as $$
begin
    if old.ended <> 0 or new.person <> old.person or new.began <> old.began then
        raise exception 'append-only: sessions' using errcode = '23514';
    end if;
    return new;
end $$;
create or replace trigger sessions_stay_ended before update on sessions
    for each row execute function letopis_sessions_stay_ended();
