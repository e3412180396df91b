BEGIN;
SELECT times FROM hz.time_limit WHERE false;
ROLLBACK;
