-- Guards of 0200 on PostgreSQL: the same rules.

create or replace trigger custody_orders_append_only before update or delete on custody_orders
    for each row execute function letopis_append_only();

create or replace trigger custody_orders_no_truncate before truncate on custody_orders
    for each statement execute function letopis_append_only();

create or replace function letopis_custody_order_two_sided() returns trigger language plpgsql as $$
begin
    if new.person = new.by_person or exists (
        select 1 from custody_steps s where s.school = new.school and s.trip = new.trip and s.person = new.person
            and s.step in ('key_given', 'handed', 'accepted', 'key_back')
    ) then
        raise exception 'append-only: custody_orders' using errcode = '23514';
    end if;
    return new;
end $$;
create or replace trigger custody_orders_two_sided before insert on custody_orders
    for each row execute function letopis_custody_order_two_sided();
