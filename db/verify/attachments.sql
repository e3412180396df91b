BEGIN;
SELECT type, name_zh, name_en, extensions, max_bytes, image, video, audio, strippable FROM hz.attachment_type WHERE false;
SELECT key, value, title, legal_basis, basis_read FROM hz.attachment_rule WHERE false;
SELECT district, max_bytes, legal_basis, basis_read FROM hz.attachment_quota WHERE false;
SELECT sha256, size, type, created_at FROM hz.content WHERE false;
SELECT id, district, sha256, filename, size, type, source, protected, state, reason, created_at, created_by, expires_at, linked_at
  FROM hz.attachment WHERE false;
SELECT district, bytes FROM hz.attachment_usage WHERE false;
SELECT id, district, attachment_id, sha256, state, filename, size, type, role, resource, resource_id, finding_id, inspection_id,
       institution_id, note, created_by, created_at, arrived_at FROM hz.attachment_link WHERE false;
SELECT attachment_count, awaited_count FROM hz.finding WHERE false;
SELECT id, district, actor_id, length, filename, type, protected, created_at, expires_at, attachment_id, finished_at FROM hz.upload WHERE false;
SELECT id, kind, sha256, attachment_id, type, state, tries, due_at, reason, created_at, ended_at FROM hz.media_task WHERE false;
SELECT 1 / (relrowsecurity)::int FROM pg_class WHERE oid IN ('hz.content'::regclass, 'hz.attachment'::regclass,
	'hz.attachment_usage'::regclass, 'hz.attachment_link'::regclass, 'hz.upload'::regclass, 'hz.media_task'::regclass);
ROLLBACK;
