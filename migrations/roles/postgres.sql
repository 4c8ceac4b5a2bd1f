-- Роль, под которой «Летопись» работает каждый день на PostgreSQL: она не может удалить или изменить то, что только пополняется.
--
-- Зачем. Триггеры (migrations/guards) не дают изменить журнал событий, историю, заявления подписей и реестр. Но владелец таблиц может
-- отключить триггер. Роль letopis_daily таблицами не владеет: отключить триггер она не может, а прав DELETE, UPDATE и TRUNCATE на такие
-- таблицы у неё нет вовсе. Кто украл пароль базы из letopis.toml, тот истории не перепишет.
--
-- Как применить (от имени владельца базы; повторять после каждого обновления программы — новые таблицы получают права здесь):
--   1. Создать или обновить схему под владельцем:  LETOPIS_DATABASE=postgres://владелец@сервер/letopis letopis doctor
--   2. psql postgres://владелец@сервер/letopis -f migrations/roles/postgres.sql
--   3. Задать пароль:  psql … -c "alter role letopis_daily password '…'"
--   4. В letopis.toml поставить пользователя letopis_daily; пароль владельца на сервере школы не хранить.
-- Проверка: эта роль на удаление из таблицы log_entries получает ответ «permission denied».

do $$
begin
    if not exists (select 1 from pg_roles where rolname = 'letopis_daily') then
        create role letopis_daily login nosuperuser nocreatedb nocreaterole noinherit;
    end if;
end $$;

-- Создавать в схеме роль может: при каждом запуске программа спрашивает свою таблицу обновлений («create table if not exists»), и
-- PostgreSQL проверяет это право раньше, чем видит, что таблица есть. Чужих таблиц оно не касается.
grant usage, create on schema public to letopis_daily;

-- Начинаем с чистого листа, чтобы право, данное прежней версией, не пережило эту.
revoke all on all tables in schema public from letopis_daily;
grant select, insert, update, delete on all tables in schema public to letopis_daily;

-- Что сторожит letopis_append_only, у того роль не имеет и самого права: таблицы находятся по триггерам, поэтому новая таблица не забудется.
-- Биты pg_trigger.tgtype: 1 — построчный, 8 — delete, 16 — update.
do $$
declare guarded record;
begin
    for guarded in
        select t.tgrelid::regclass as name, bool_or(t.tgtype & 8 > 0) as keeps, bool_or(t.tgtype & 16 > 0) as stays
        from pg_trigger t join pg_proc p on p.oid = t.tgfoid
        where p.proname = 'letopis_append_only' and not t.tgisinternal and t.tgtype & 1 > 0
        group by t.tgrelid
    loop
        if guarded.keeps then
            execute format('revoke delete on %s from letopis_daily', guarded.name);
        end if;
        if guarded.stays then
            execute format('revoke update on %s from letopis_daily', guarded.name);
        end if;
    end loop;
end $$;

-- Эти сторожит каждую своя функция: копию и ключ удалить нельзя никогда, закрытый год нельзя изменить.
revoke delete on copies, tokens from letopis_daily;
revoke update on closed_years from letopis_daily;

-- Список обновлений схемы ведёт владелец.
revoke insert, update, delete on _sqlx_migrations from letopis_daily;
