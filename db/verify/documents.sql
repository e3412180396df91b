BEGIN;
SELECT code, position, name_zh, name_en, word, issuer, resource, inspection_kinds FROM hz.document_kind WHERE false;
SELECT edition, css, macros, source FROM hz.document_style WHERE false;
SELECT kind, region, edition, title, body, style, terms, legal_basis, basis_read, effective_from, effective_to FROM hz.document_template WHERE false;
SELECT kind, district, year, last FROM hz.document_number WHERE false;
SELECT id, district, institution_id, institution_type, street, kind, numbered_in, number, title, template_region, template_edition, resource,
       resource_id, order_id, inspection_id, finding_ids, categories, data, issued_at, issued_by, created_at, state, reason, html_sha256, html_size,
       pdf_sha256, pdf_size, rendered_at FROM hz.document WHERE false;
SELECT document_id FROM hz.media_task WHERE false;
SELECT 1 / (relrowsecurity)::int FROM pg_class WHERE oid IN ('hz.document'::regclass, 'hz.document_number'::regclass);
ROLLBACK;
