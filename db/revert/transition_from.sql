BEGIN;
DROP INDEX hz.transition_from;
COMMIT;
