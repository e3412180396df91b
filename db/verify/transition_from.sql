BEGIN;
SELECT 1 / (to_regclass('hz.transition_from') IS NOT NULL)::int;
ROLLBACK;
