-- What documents about orders and re-inspections say, and when they are issued. All of it runs with the rights of whoever acts.

-- A visit as an order or an opinion mentions it; NULL without one.
CREATE FUNCTION api.document_visit(p_id uuid) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT jsonb_build_object('kind', api.inspection_kind_name(i.kind), 'started_at', api.ts(i.started_at), 'inspectors', (
			SELECT coalesce(jsonb_agg(jsonb_build_object('name', p.name, 'certificate_no', p.certificate_no) ORDER BY p.n), '[]')
			  FROM hz.inspection_inspector p WHERE p.inspection_id = i.id))
		  FROM hz.inspection i WHERE i.id = p_id);
END $$;

-- What is wrong, where, and against what.
CREATE FUNCTION api.document_finding(f hz.finding) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN jsonb_build_object('category', (SELECT name_zh FROM hz.category WHERE code = f.category), 'severity', f.severity, 'description', f.description,
		'location', f.location, 'key_place', f.key_place, 'violated_clause', f.violated_clause, 'found_at', api.ts(f.found_at),
		'clause', (SELECT s.title || h.citation FROM hz.hazard_clause h JOIN hz.hazard_standard s ON s.id = h.standard_id WHERE h.id = f.clause_id));
END $$;

-- An item of an order. Its period may be in days: they run from service, so that a date is not known when the order is issued.
CREATE FUNCTION api.document_item(i hz.rectification_order_item) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object('n', i.n, 'round', i.round, 'requirement', i.requirement, 'responsible_name', i.responsible_name,
		'deadline', i.given_deadline, 'days', i.days, 'day_kind', i.day_kind, 'legal_basis', i.legal_basis)
$$;

-- 责令限期改正通知书: all findings of the order.
CREATE FUNCTION api.document_of_order(o hz.rectification_order) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	v_items jsonb;
	v_findings uuid[];
BEGIN
	SELECT jsonb_agg(api.document_finding(f) || api.document_item(i) ORDER BY i.n), array_agg(f.id ORDER BY i.n)
	  INTO v_items, v_findings
	  FROM hz.rectification_order_item i JOIN hz.finding f ON f.id = i.finding_id WHERE i.order_id = o.id;
	PERFORM api.document_issue('rectification_order', o.institution_id, 'rectification_order', o.id, o.issued_at,
		jsonb_build_object('findings', v_items, 'note', o.note, 'visit', api.document_visit(o.inspection_id), 'officer', api.document_person(o.actor_id)),
		o.id, o.inspection_id, v_findings, o.number);
END $$;

-- 送达回证, once the periods run.
CREATE FUNCTION api.document_of_service(o hz.rectification_order, s hz.order_service) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM api.document_issue('service_receipt', o.institution_id, 'order_service', s.id, s.served_at,
		jsonb_build_object('served', jsonb_build_object('title', (SELECT name_zh FROM hz.document_kind WHERE code = 'rectification_order'),
				'number', o.number, 'issued_at', api.ts(o.issued_at)),
			'method', api.service_method_name(s.method), 'served_at', api.ts(s.served_at), 'receiver', s.receiver, 'note', s.note,
			'officer', api.document_person(s.actor_id)),
		o.id, o.inspection_id);
END $$;

-- 整改复查意见书. f: the finding as it was before; a: the re-inspection, which names the order of the next round when it was not passed.
CREATE FUNCTION api.document_of_reinspection(f hz.finding, a hz.finding_act) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	c_next CONSTANT uuid := (a.detail ->> 'order_id')::uuid;
	v_order jsonb;
	v_next jsonb;
BEGIN
	SELECT jsonb_build_object('number', o.number, 'issued_at', api.ts(o.issued_at)) || api.document_item(i)
		|| jsonb_build_object('deadline', f.due_on) INTO v_order
	  FROM hz.rectification_order_item i JOIN hz.rectification_order o ON o.id = i.order_id WHERE i.id = f.order_item_id;
	SELECT jsonb_build_object('number', o.number) || api.document_item(i) || jsonb_build_object('deadline', (api.order_item_deadline(i)).due_on) INTO v_next
	  FROM hz.rectification_order_item i JOIN hz.rectification_order o ON o.id = i.order_id WHERE o.id = c_next;
	PERFORM api.document_issue('reinspection_opinion', f.institution_id, 'finding_act', a.id, a.occurred_at,
		jsonb_build_object('finding', api.document_finding(f), 'order', v_order, 'round', a.round, 'result', a.outcome, 'state', a.to_state, 'note', a.note,
			'reinspected_at', api.ts(a.occurred_at), 'next', v_next, 'visit', api.document_visit((a.detail ->> 'inspection_id')::uuid),
			'officer', api.document_person(a.actor_id)),
		c_next, (a.detail ->> 'inspection_id')::uuid, ARRAY[f.id]);
END $$;
