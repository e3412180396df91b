-- verify/checklist_audience
BEGIN;
SELECT audience FROM hz.checklist WHERE false;
ROLLBACK;
