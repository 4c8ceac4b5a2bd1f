-- Guards of 0200: orders only grow, and who has signed for the safe does not bring the carrier back.

create trigger if not exists custody_orders_no_update before update on custody_orders
begin
    select raise(abort, 'append-only: custody_orders');
end;

create trigger if not exists custody_orders_no_delete before delete on custody_orders
begin
    select raise(abort, 'append-only: custody_orders');
end;

create trigger if not exists custody_orders_two_sided before insert on custody_orders
when new.person = new.by_person or exists (
    select 1 from custody_steps s where s.school = new.school and s.trip = new.trip and s.person = new.person
        and s.step in ('key_given', 'handed', 'accepted', 'key_back')
)
begin
    select raise(abort, 'append-only: custody_orders');
end;
