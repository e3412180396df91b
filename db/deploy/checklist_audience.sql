BEGIN;
-- Whose list it is: the office inspects by one, the institution looks after itself by another.
ALTER TABLE hz.checklist ADD COLUMN audience text NOT NULL DEFAULT 'office' CHECK (audience IN ('office', 'institution'));
COMMIT;
