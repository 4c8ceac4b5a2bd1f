-- Guards on PostgreSQL: a closed year's teachers are read-only. Run once, after 0130.

create or replace trigger earlier_teachers_archived before insert or update or delete on earlier_teachers
    for each row execute function letopis_year_closed();
