-- Guards of 0080: what a token may do never changes after it was issued, and no token disappears.

create trigger if not exists tokens_no_delete before delete on tokens
begin
    select raise(abort, 'append-only: tokens');
end;

create trigger if not exists tokens_facts_stay before update on tokens
when new.hash <> old.hash or new.scopes <> old.scopes or new.expires_on <> old.expires_on or new.created_by <> old.created_by
    or new.created_at <> old.created_at or (old.revoked_at <> '' and new.revoked_at <> old.revoked_at)
begin
    select raise(abort, 'append-only: tokens');
end;
