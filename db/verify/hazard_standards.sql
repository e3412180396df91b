BEGIN;
SELECT id, code, edition, title, title_en, document_number, issued_by, institution_type, effective_from, effective_to, source, basis_read
  FROM hz.hazard_standard WHERE false;
SELECT id, standard_id, position, category, citation, content FROM hz.hazard_clause WHERE false;
SELECT clause_id, violated_clause, supervised FROM hz.finding WHERE false;
ROLLBACK;
