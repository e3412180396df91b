BEGIN;
ALTER TABLE hz.institution DROP COLUMN suspensions;
DROP TABLE hz.penalty_step, hz.enforcement_measure, hz.penalty_kind;
COMMIT;
