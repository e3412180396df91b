BEGIN;
ALTER TABLE hz.finding DROP COLUMN campaign_id;
ALTER TABLE hz.inspection DROP COLUMN campaign_id;
DROP TABLE hz.campaign;
COMMIT;
