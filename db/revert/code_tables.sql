BEGIN;
DROP TABLE hz.transition, hz.region, hz.ownership, hz.institution_subtype, hz.institution_type, hz.category;
COMMIT;
