-- Documents on their way through hz-media, and what readers get of them. As the owner where tasks and contents are touched.

-- What the program that makes a document is given: files by name, the text of each, or the content that holds it (a picture's, with its
-- type). No row unless the task is still lent under p_try.
CREATE FUNCTION api.media_inputs(p_id bigint, p_try int) RETURNS TABLE (name text, content text, sha256 text, type text, size bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	WITH d AS (
		SELECT d.* FROM hz.media_task t JOIN hz.document d ON d.id = t.document_id
		 WHERE t.id = p_id AND t.tries = p_try AND t.state = 'waiting'
	)
	SELECT f.name, f.content, NULL, NULL, NULL::bigint
	  FROM d
	  JOIN hz.document_template t ON (t.kind, t.region, t.edition) = (d.kind, d.template_region, d.template_edition)
	  JOIN hz.document_style s ON s.edition = t.style
	 CROSS JOIN LATERAL (VALUES ('data.json', d.data::text), ('body.html', t.body), ('common.html', s.macros), ('style.css', s.css)) f (name, content)
	 UNION ALL
	SELECT 'image-' || l.id, NULL, encode(l.sha256, 'hex'), l.type, l.size
	  FROM d, jsonb_path_query(d.data, '$.signatures[*].images[*]') i, hz.attachment_link l
	 WHERE l.id = (i #>> '{}')::uuid AND l.state = 'here'
$$;

-- A document is made; both files are kept. Returns hashes of content that is nobody's, because the task was not lent any more.
CREATE FUNCTION api.media_document_done(p_id bigint, p_try int, p_html text, p_html_size bigint, p_pdf text, p_pdf_size bigint) RETURNS SETOF text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	t hz.media_task;
BEGIN
	SELECT * INTO t FROM hz.media_task WHERE id = p_id FOR UPDATE;
	IF NOT FOUND OR t.state <> 'waiting' OR t.tries <> p_try THEN
		RETURN QUERY SELECT h FROM unnest(ARRAY[p_html, p_pdf]) h WHERE NOT EXISTS (SELECT FROM hz.content c WHERE c.sha256 = decode(h, 'hex'));
		RETURN;
	END IF;
	PERFORM api.content_keep(decode(p_html, 'hex'), p_html_size, 'text/html'), api.content_keep(decode(p_pdf, 'hex'), p_pdf_size, 'application/pdf');
	PERFORM api.act_begin(t.document_id, 'rendered', api.now(), NULL, jsonb_build_object('html_sha256', p_html, 'pdf_sha256', p_pdf));
	UPDATE hz.document
	   SET state = 'here', reason = NULL, html_sha256 = decode(p_html, 'hex'), html_size = p_html_size, pdf_sha256 = decode(p_pdf, 'hex'),
	       pdf_size = p_pdf_size, rendered_at = api.now()
	 WHERE id = t.document_id AND state = 'waiting';
	UPDATE hz.media_task SET state = 'done', reason = NULL, ended_at = now() WHERE id = p_id;
END $$;

-- Tries again what failed: one document, or all. The owner's, for the operator. Returns how many.
CREATE FUNCTION api.document_retry(p_id uuid DEFAULT NULL) RETURNS int
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_ids uuid[];
BEGIN
	SELECT coalesce(array_agg(id), '{}') INTO v_ids FROM hz.document WHERE state = 'failed' AND id = coalesce(p_id, id);
	PERFORM FROM hz.media_task WHERE document_id = ANY (v_ids) FOR UPDATE;
	UPDATE hz.media_task SET state = 'waiting', tries = 0, due_at = now(), ended_at = NULL WHERE document_id = ANY (v_ids) AND state = 'failed';
	UPDATE hz.document SET state = 'waiting', reason = NULL WHERE id = ANY (v_ids) AND state = 'failed';
	RETURN cardinality(v_ids);
END $$;

-- Where a document is to be had.
CREATE FUNCTION api.document_path(d hz.document) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
	SELECT '/v1/' || CASE d.resource
		WHEN 'rectification_order' THEN 'rectification-orders/' || d.resource_id
		WHEN 'order_service' THEN 'rectification-orders/' || d.order_id || '/services/' || d.resource_id
		WHEN 'inspection' THEN 'inspections/' || d.resource_id
		WHEN 'inspection_act' THEN 'inspections/' || d.inspection_id || '/notices/' || d.resource_id
		ELSE 'findings/' || d.finding_ids[1] || '/reinspections/' || d.resource_id END || '/document'
$$;

-- One line of the register.
CREATE FUNCTION api.document_json(d hz.document, p_institution text, p_kind text, p_issued_by text) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object(
		'id', d.id, 'kind', d.kind, 'kind_name', p_kind, 'number', d.number, 'title', d.title, 'district', d.district, 'street', d.street,
		'institution_id', d.institution_id, 'institution_name', p_institution, 'resource', d.resource, 'resource_id', d.resource_id,
		'order_id', d.order_id, 'inspection_id', d.inspection_id, 'finding_ids', d.finding_ids, 'template_region', d.template_region,
		'template_edition', d.template_edition, 'issued_at', api.ts(d.issued_at), 'issued_by', d.issued_by, 'issued_by_name', p_issued_by,
		'state', d.state, 'reason', d.reason, 'rendered_at', api.ts(d.rendered_at), 'html_sha256', encode(d.html_sha256, 'hex'),
		'pdf_sha256', encode(d.pdf_sha256, 'hex'), 'path', api.document_path(d), 'created_at', api.ts(d.created_at))
$$;

-- What the handler of a document's own route answers from. `awaited`: pictures of signatures it waits for.
CREATE TYPE api.document_file AS (state text, awaited text, html text, html_size bigint, pdf text, pdf_size bigint, filename text);

CREATE FUNCTION api.document_file(d hz.document) RETURNS SETOF api.document_file
LANGUAGE sql STABLE ROWS 1 AS $$
	SELECT d.state, CASE WHEN d.state = 'waiting' AND d.resource = 'inspection' AND api.document_images_awaited(d.resource_id) THEN 'signatures' END,
	       encode(d.html_sha256, 'hex'), d.html_size, encode(d.pdf_sha256, 'hex'), d.pdf_size,
	       regexp_replace((d.data #>> '{institution,name}') || '_' || d.title || '_' || replace(d.number, ' ', ''), '[/\\:*?"<>|[:cntrl:]]', '_', 'g')
$$;

-- The record of a visit: 409 until there is one.
CREATE FUNCTION api.inspection_document(p_id uuid) RETURNS SETOF api.document_file
LANGUAGE plpgsql STABLE ROWS 1 AS $$
DECLARE
	i hz.inspection;
BEGIN
	SELECT * INTO i FROM hz.inspection WHERE id = p_id;
	IF FOUND AND i.state <> 'recorded' THEN
		PERFORM api.refuse_state(i.state, api.inspection_allowed(i));
	END IF;
	RETURN QUERY SELECT f.* FROM hz.document d, api.document_file(d) f WHERE d.resource = 'inspection' AND d.resource_id = i.id;
END $$;
