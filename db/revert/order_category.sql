BEGIN;
DROP POLICY IF EXISTS scope ON hz.rectification_order;		-- of the code, which is made anew
ALTER TABLE hz.rectification_order DROP COLUMN category;
COMMIT;
