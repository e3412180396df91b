BEGIN;
SELECT closed_by, reinspected, reinspection_failed FROM hz.finding WHERE false;
ROLLBACK;
