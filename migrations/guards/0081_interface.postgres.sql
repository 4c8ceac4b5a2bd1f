-- Guards of 0080: the same rules as 0081_interface.sqlite.sql.

create or replace function letopis_tokens_facts_stay() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or new.hash <> old.hash or new.scopes <> old.scopes or new.expires_on <> old.expires_on
        or new.created_by <> old.created_by or new.created_at <> old.created_at
        or (old.revoked_at <> '' and new.revoked_at <> old.revoked_at) then
        raise exception 'append-only: tokens' using errcode = '23514';
    end if;
    return new;
end $$;
create or replace trigger tokens_facts_stay before update or delete on tokens
    for each row execute function letopis_tokens_facts_stay();
