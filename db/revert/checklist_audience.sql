-- revert/checklist_audience
BEGIN;
ALTER TABLE hz.checklist DROP COLUMN audience;
COMMIT;
