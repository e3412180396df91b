BEGIN;
SELECT id, code, version, title, title_en, institution_type, edition, effective_from, effective_to, source FROM hz.checklist WHERE false;
SELECT id, checklist_id, category, position, key_place, content, method, legal_basis, basis_read FROM hz.checklist_item WHERE false;
ROLLBACK;
