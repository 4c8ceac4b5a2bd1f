-- Guards of 0210: what was done in a lesson stays.

create trigger if not exists training_steps_no_update before update on training_steps
begin
    select raise(abort, 'append-only: training_steps');
end;

create trigger if not exists training_steps_no_delete before delete on training_steps
begin
    select raise(abort, 'append-only: training_steps');
end;
