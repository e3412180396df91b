BEGIN;
DROP TABLE hz.inspection_answer, hz.inspection_act, hz.inspection_inspector, hz.inspection;
COMMIT;
