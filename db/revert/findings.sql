BEGIN;
ALTER TABLE hz.inspection_answer DROP CONSTRAINT inspection_answer_finding_id_fkey;
DROP INDEX hz.inspection_answer_finding;
DROP TABLE hz.finding_act, hz.finding;
COMMIT;
