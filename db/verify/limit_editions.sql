BEGIN;
SELECT id, district FROM hz.time_limit WHERE false;
SELECT loaded_at FROM hz.calendar_notice WHERE false;
ROLLBACK;
