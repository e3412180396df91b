BEGIN;
-- A standard may have been read in part: each clause says whether its own text was.
ALTER TABLE hz.hazard_clause ADD COLUMN basis_read boolean NOT NULL DEFAULT false;

-- 挂牌督办 ends with the rectification it watches over.
ALTER TABLE hz.finding ADD CONSTRAINT finding_supervised_check CHECK (is_open OR NOT supervised);
COMMIT;
