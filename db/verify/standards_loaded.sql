BEGIN;
SELECT loaded_at FROM hz.hazard_standard WHERE false;
ROLLBACK;
