-- Guards of 0070: the list of imports only grows.
create or replace trigger imports_append_only before update or delete on imports
    for each row execute function letopis_append_only();
