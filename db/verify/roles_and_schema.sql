BEGIN;
SELECT 1 / (has_schema_privilege('hz_api', 'hz', 'USAGE') AND has_schema_privilege('hz_jobs', 'hz', 'USAGE'))::int;
SELECT 1 / (NOT has_schema_privilege('hz_api', 'hz', 'CREATE'))::int;
ROLLBACK;
