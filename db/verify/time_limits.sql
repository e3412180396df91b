BEGIN;
SELECT code, region, edition, title, title_en, amount, day_kind, resource, starts_with, ends_with, severity, self_found, responsible, legal_basis,
       basis_read, effective_from, effective_to, note, created_by, created_at FROM hz.time_limit WHERE false;
ROLLBACK;
