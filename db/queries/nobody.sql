-- The session of one who calls without a key: no districts, so that the policies show nothing; what such a caller may do is done by
-- functions that run as the owner and ask for a receipt. Returns the day, as auth.sql does.
SELECT set_config('app.actor', '00000000-0000-0000-0000-000000000000', true)
    || set_config('app.key', '', true)
    || set_config('app.role', 'nobody', true)
    || set_config('app.districts', '', true)
    || set_config('app.types', '', true)
    || set_config('app.streets', '', true)
    || set_config('app.institutions', '', true)
    || set_config('app.wide', 'no', true) AS set,
       to_char(api.today(), 'YYYYMMDD') AS day
