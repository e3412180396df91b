-- 文书: numbers, the template of the day, who issues, and the one function that issues. What each kind says: 85, 86. Numbers are taken in
-- the transaction of the act, those of one transaction in the order: order, receipt of service, then its record or opinion,
-- so that two cannot wait for each other. PL/pgSQL wherever a table is read: it keeps its plans, and an order waits for this.

-- The next number of a kind in a district and year. As the owner: a caller may see only some of them.
CREATE FUNCTION api.document_number(p_kind text, p_district text, p_year int) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_number text;
BEGIN
	INSERT INTO hz.document_number AS n (kind, district, year, last) VALUES (p_kind, p_district, p_year, 1)
	ON CONFLICT (kind, district, year) DO UPDATE SET last = n.last + 1
	RETURNING (SELECT word FROM hz.document_kind WHERE code = p_kind) || '〔' || p_year || '〕第 ' || n.last || ' 号' INTO v_number;
	RETURN v_number;
END $$;

-- The edition that holds in p_district on p_day: the one for the narrowest region.
CREATE FUNCTION api.document_template(p_kind text, p_district text, p_day date) RETURNS hz.document_template
LANGUAGE plpgsql STABLE AS $$
DECLARE
	t hz.document_template;
BEGIN
	SELECT * INTO STRICT t FROM hz.document_template d
	 WHERE d.kind = p_kind AND left(p_district, length(d.region)) = d.region
	   AND d.effective_from <= p_day AND (d.effective_to IS NULL OR d.effective_to >= p_day)
	 ORDER BY length(d.region) DESC, d.effective_from DESC LIMIT 1;
	RETURN t;
END $$;

-- 重庆市渝中区: the names of a region and of what it lies in, but for those that only group counties.
CREATE FUNCTION api.region_full_name(p_code text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
	r hz.region;
	v_name text := '';
BEGIN
	SELECT * INTO r FROM hz.region WHERE code = p_code;
	WHILE FOUND LOOP
		v_name := CASE WHEN r.name ~ '^(市辖区|县|.*直辖县级行政(区划|单位))$' THEN '' ELSE r.name END || v_name;
		SELECT * INTO r FROM hz.region WHERE code = r.parent;
	END LOOP;
	RETURN v_name;
END $$;

-- In whose name it is issued: the unit the office has entered (/v1/org-units), or what a body of that place is called. `government` is
-- where a review is asked for.
CREATE FUNCTION api.document_issuer(p_issuer text, n hz.institution) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_region CONSTANT text := api.region_full_name(n.district);
	v_name text;
	v_phone text;
BEGIN
	SELECT o.name, o.phone INTO v_name, v_phone FROM hz.org_unit o
	 WHERE o.district = n.district AND o.kind = p_issuer AND o.status = 'active' AND (p_issuer = 'bureau' OR o.street = n.street)
	 ORDER BY o.created_at, o.id LIMIT 1;
	IF p_issuer = 'institution' THEN
		v_name := n.name;
	ELSIF v_name IS NULL AND p_issuer = 'street' THEN
		SELECT s.name || CASE WHEN s.name LIKE '%街道' THEN '办事处' ELSE '人民政府' END INTO v_name FROM hz.region s WHERE s.code = n.street;
	END IF;
	RETURN jsonb_build_object('kind', p_issuer, 'name', coalesce(v_name, v_region || '民政局'), 'phone', v_phone, 'government', v_region || '人民政府');
END $$;

-- What every document says of the place it is about.
CREATE FUNCTION api.document_institution(n hz.institution) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN jsonb_build_object('name', n.name, 'uscc', n.uscc, 'address', n.address, 'type', (SELECT name_zh FROM hz.institution_type WHERE code = n.type),
		'principal_name', n.principal_name, 'principal_phone', n.principal_phone, 'safety_officer_name', n.safety_officer_name,
		'safety_officer_phone', n.safety_officer_phone);
END $$;

-- A name with the certificate that goes with it.
CREATE FUNCTION api.document_person(p_actor uuid) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT jsonb_build_object('name', a.name, 'certificate_no', a.certificate_no) FROM hz.actor a WHERE a.id = p_actor);
END $$;

-- Has it made. A picture that is still to come is waited for, a day as a rule; then the document goes without it. As the owner: tasks
-- are hz-media's.
CREATE FUNCTION api.document_task(p_id uuid, p_wait boolean) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	INSERT INTO hz.media_task (kind, document_id, type, due_at)
	VALUES ('document', p_id, 'application/pdf', now() + CASE WHEN p_wait THEN api.attachment_rule('signature_hours') ELSE 0 END * interval '1 hour');
END $$;

/* Issues a document of p_kind about p_resource p_resource_id, as it happened at p_at. p_data: what it says beside number, issuer, institution
 * and terms. p_findings, p_categories: all it tells of. p_number: when it has one already (an order's). p_wait: pictures it shows are still to come. */
CREATE FUNCTION api.document_issue(p_kind text, p_institution uuid, p_resource text, p_resource_id uuid, p_at timestamptz, p_data jsonb,
	p_order uuid DEFAULT NULL, p_inspection uuid DEFAULT NULL, p_findings uuid[] DEFAULT '{}', p_number text DEFAULT NULL,
	p_wait boolean DEFAULT false, p_categories text[] DEFAULT '{}')
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	k hz.document_kind;
	n hz.institution;
	t hz.document_template;
	v_id uuid := api.uuid_v7();
	v_number text;
BEGIN
	SELECT * INTO STRICT k FROM hz.document_kind WHERE code = p_kind;
	SELECT * INTO STRICT n FROM hz.institution WHERE id = p_institution;
	t := api.document_template(p_kind, n.district, api.day(p_at));
	v_number := coalesce(p_number, api.document_number(p_kind, n.district, extract(year FROM api.day(p_at))::int));
	INSERT INTO hz.document (id, district, institution_id, institution_type, street, kind, numbered_in, number, title, template_region,
		template_edition, resource, resource_id, order_id, inspection_id, finding_ids, categories, data, issued_at, issued_by, created_at)
	VALUES (v_id, n.district, n.id, n.type, n.street, p_kind, n.district, v_number, t.title, t.region, t.edition, p_resource, p_resource_id,
		p_order, p_inspection, p_findings, p_categories,
		p_data || jsonb_build_object('title', t.title, 'number', v_number, 'issued_at', api.ts(p_at), 'issuer', api.document_issuer(k.issuer, n),
			'institution', api.document_institution(n), 'terms', t.terms, 'edition', t.edition),
		p_at, api.me(), api.now());
	PERFORM api.document_task(v_id, p_wait);
END $$;

-- Editions are put by the owner: the product's own from db/data, an office's by its operator. One that no document was made by may still be
-- replaced; after that its text stays, and a change is another edition.
CREATE FUNCTION api.document_style_put(p_edition text, p_source text, p_css text, p_macros text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (SELECT FROM hz.document_style s WHERE s.edition = p_edition AND (s.css, s.macros) <> (p_css, p_macros)
		AND EXISTS (SELECT FROM hz.document d JOIN hz.document_template t ON (t.kind, t.region, t.edition) = (d.kind, d.template_region, d.template_edition)
			     WHERE t.style = s.edition AND d.state = 'here')) THEN
		RAISE 'document style % is in use: put the change as another edition', p_edition;
	END IF;
	INSERT INTO hz.document_style AS s (edition, source, css, macros) VALUES (p_edition, p_source, p_css, p_macros)
	ON CONFLICT (edition) DO UPDATE SET source = EXCLUDED.source, css = EXCLUDED.css, macros = EXCLUDED.macros
	 WHERE (s.source, s.css, s.macros) <> (EXCLUDED.source, EXCLUDED.css, EXCLUDED.macros);
END $$;

-- From p_from on; the edition of the same region before it ends the day before. p_region '': everywhere.
CREATE FUNCTION api.document_template_put(p_kind text, p_region text, p_edition text, p_from date, p_title text, p_style text, p_body text,
	p_terms jsonb DEFAULT '{}', p_basis text DEFAULT NULL, p_read boolean DEFAULT false)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (SELECT FROM hz.document_template t
		WHERE (t.kind, t.region, t.edition) = (p_kind, p_region, p_edition)
		  AND (t.title, t.style, t.body, t.terms) <> (p_title, p_style, p_body, p_terms)
		  AND EXISTS (SELECT FROM hz.document d WHERE (d.kind, d.template_region, d.template_edition) = (t.kind, t.region, t.edition)
			AND d.state = 'here')) THEN
		RAISE 'document template % % % is in use: put the change as another edition', p_kind, p_region, p_edition;
	END IF;
	INSERT INTO hz.document_template AS t (kind, region, edition, effective_from, title, style, body, terms, legal_basis, basis_read)
	VALUES (p_kind, p_region, p_edition, p_from, p_title, p_style, p_body, p_terms, p_basis, p_read)
	ON CONFLICT (kind, region, edition) DO UPDATE
	   SET title = EXCLUDED.title, style = EXCLUDED.style, body = EXCLUDED.body, terms = EXCLUDED.terms, legal_basis = EXCLUDED.legal_basis,
	       basis_read = EXCLUDED.basis_read
	 WHERE (t.title, t.style, t.body, t.terms, t.legal_basis, t.basis_read) IS DISTINCT FROM
	       (EXCLUDED.title, EXCLUDED.style, EXCLUDED.body, EXCLUDED.terms, EXCLUDED.legal_basis, EXCLUDED.basis_read);
	UPDATE hz.document_template t SET effective_to = p_from - 1
	 WHERE t.kind = p_kind AND t.region = p_region AND t.effective_from < p_from AND t.effective_to IS NULL;
END $$;
