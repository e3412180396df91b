BEGIN;
SELECT 1 / (count(*) = 7)::int FROM pg_indexes WHERE schemaname = 'hz' AND tablename = 'finding' AND indexname LIKE 'finding\_due\_%';
ROLLBACK;
