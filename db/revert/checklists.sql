BEGIN;
DROP TABLE hz.checklist_item, hz.checklist;
COMMIT;
