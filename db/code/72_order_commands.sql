-- Issuing and serving orders.

-- Faults of all items of an order at once: unknown or foreign findings, wrong states, periods. p_at: when it is issued.
CREATE FUNCTION api.order_items_faults(p_institution_id uuid, p_items jsonb, p_at timestamptz) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT coalesce(jsonb_agg(x.fault ORDER BY e.n), '[]')
	  FROM jsonb_array_elements(p_items) WITH ORDINALITY e (item, n)
	 CROSS JOIN LATERAL (SELECT '/items/' || e.n - 1 AS at) p
	  LEFT JOIN hz.finding f ON f.id = (e.item ->> 'finding_id')::uuid
	 CROSS JOIN LATERAL (
		SELECT CASE
			WHEN f.id IS NULL
				THEN api.fault(p.at || '/finding_id', 'unknown_reference', '没有这条隐患，或不在您的范围内')
			WHEN f.institution_id <> p_institution_id
				THEN api.fault(p.at || '/finding_id', 'rule_violated', '不是该机构的隐患')
			WHEN EXISTS (SELECT FROM jsonb_array_elements(p_items) WITH ORDINALITY o (item, n)
					WHERE o.n < e.n AND (o.item ->> 'finding_id')::uuid = f.id)
				THEN api.fault(p.at || '/finding_id', 'rule_violated', '同一隐患写了两次')
			WHEN api.transition_find('finding', 'orders', '', f.state, api.role(), f.severity, f.self_found) IS NULL
				THEN api.fault(p.at || '/finding_id', 'invalid_state', '只有已认定（confirmed）的隐患可以责令改正，现为 ' || f.state)
			WHEN date_trunc('second', p_at) < date_trunc('second', f.last_act_at)
				THEN api.fault(p.at || '/finding_id', 'occurred_at_out_of_order', '开具时间早于该隐患的上一步 ' || api.ts(f.last_act_at))
			END
		 UNION ALL
		SELECT i FROM jsonb_array_elements(api.order_item_faults(e.item, p.at, f, api.day(p_at), api.day(p_at))) i) x (fault)
	 WHERE x.fault IS NOT NULL
$$;

CREATE FUNCTION api.order_create(p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	n hz.institution;
	o hz.rectification_order;
	f hz.finding;
	i hz.rectification_order_item;
	v_at timestamptz := api.occurred_at(p_body, NULL);
	v_item record;
BEGIN
	PERFORM 1 FROM hz.finding
	  WHERE id IN (SELECT (e ->> 'finding_id')::uuid FROM jsonb_array_elements(p_body -> 'items') e) ORDER BY id FOR UPDATE;
	SELECT * INTO n FROM hz.institution WHERE id = (p_body ->> 'institution_id')::uuid;
	IF NOT p_body ? 'occurred_at' THEN	-- a finding's latest step may be some minutes ahead of this clock
		SELECT greatest(v_at, max(last_act_at)) INTO v_at FROM hz.finding
		 WHERE id IN (SELECT (e ->> 'finding_id')::uuid FROM jsonb_array_elements(p_body -> 'items') e);
	END IF;
	PERFORM api.refuse_faults(
		CASE WHEN n.id IS NULL
			THEN jsonb_build_array(api.fault('/institution_id', 'unknown_reference', '没有这家机构，或不在您的范围内'))
			ELSE api.order_items_faults(n.id, p_body -> 'items', v_at) END
		|| CASE WHEN p_body ->> 'inspection_id' IS NOT NULL AND NOT EXISTS (SELECT FROM hz.inspection
				WHERE id = (p_body ->> 'inspection_id')::uuid AND institution_id = n.id AND started_at IS NOT NULL)
			THEN jsonb_build_array(api.fault('/inspection_id', 'unknown_reference', '不是对该机构做过的检查')) ELSE '[]' END);

	o := api.order_insert(api.body_id(p_body), n, (p_body ->> 'inspection_id')::uuid, api.order_category(
		ARRAY(SELECT (e ->> 'finding_id')::uuid FROM jsonb_array_elements(p_body -> 'items') e)), v_at, p_body ->> 'note');
	FOR v_item IN SELECT e.item, e.n FROM jsonb_array_elements(p_body -> 'items') WITH ORDINALITY e (item, n) LOOP
		f := api.finding_lock((v_item.item ->> 'finding_id')::uuid);
		i := api.order_item_insert(o, v_item.n::int, f, f.round, v_item.item);
		PERFORM api.finding_move(f.id, 'orders', '', jsonb_build_object('occurred_at', v_at, 'note', p_body ->> 'note'),
			api.order_item_detail(o, i));
	END LOOP;
	RETURN ROW(201, api.order_json(o), o.version, '/v1/rectification-orders/' || o.id)::api.answer;
END $$;

CREATE FUNCTION api.order_service_create(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	o hz.rectification_order;
	s hz.order_service;
	v_body jsonb := coalesce(p_body, '{}');
	v_served timestamptz;
	v_state text;
	v_faults jsonb;
BEGIN
	SELECT * INTO o FROM hz.rectification_order WHERE id = p_id FOR UPDATE;
	IF NOT FOUND THEN
		PERFORM api.refuse_not_found();
	END IF;
	v_state := CASE WHEN o.served_at IS NULL THEN 'issued' ELSE 'served' END;
	IF api.transition_find('rectification_order', 'services', '', v_state, api.role()) IS NULL THEN
		PERFORM api.refuse_state(v_state, api.transition_allowed('rectification_order', v_state, api.role()));
	END IF;
	v_served := api.occurred_at(v_body, o.issued_at, CASE WHEN v_body ? 'served_at' THEN 'served_at' ELSE 'occurred_at' END);
	SELECT coalesce(jsonb_agg(api.fault('/served_at', 'rule_violated', '送达晚于第 ' || t.n || ' 项写明的期限 ' || t.given_deadline) ORDER BY t.n), '[]')
	  INTO v_faults
	  FROM hz.rectification_order_item t WHERE t.order_id = p_id AND t.given_deadline < api.day(v_served);
	PERFORM api.refuse_faults(v_faults);
	-- a statement of its own: the answer below reads the deadlines this one sets
	s := api.order_serve(p_id, api.body_id(v_body), coalesce(v_body ->> 'method', 'direct'), v_served, v_body ->> 'receiver', v_body ->> 'note');
	RETURN ROW(201, api.order_service_json(s), NULL, '/v1/rectification-orders/' || p_id || '/services')::api.answer;
END $$;

-- The shorthand: an order on one finding, handed over on the spot.
CREATE FUNCTION api.finding_order(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	f hz.finding := api.finding_lock(p_id);
	v_to text := api.finding_check(f, 'orders', '', p_body);
	v_at timestamptz := api.act_at(p_body, f.last_act_at, 'served_at');
	v_served timestamptz := CASE WHEN p_body ? 'served_at' THEN api.occurred_at(p_body, v_at, 'served_at') ELSE v_at END;
	n hz.institution;
	o hz.rectification_order;
	i hz.rectification_order_item;
BEGIN
	PERFORM api.refuse_faults(api.order_item_faults(p_body, '', f, api.day(v_at), api.day(v_served)));
	SELECT * INTO n FROM hz.institution WHERE id = f.institution_id;
	o := api.order_insert(api.body_id(p_body), n, f.inspection_id, f.category, v_at, p_body ->> 'note');
	i := api.order_item_insert(o, 1, f, f.round, p_body);
	PERFORM api.finding_move(p_id, 'orders', '', jsonb_build_object('occurred_at', v_at, 'note', p_body ->> 'note'),
		api.order_item_detail(o, i));
	PERFORM api.order_serve(o.id, api.uuid_v7(), 'direct', v_served, p_body ->> 'receiver', NULL);
	SELECT * INTO o FROM hz.rectification_order WHERE id = o.id;
	RETURN ROW(201, api.finding_order_json(o, i), NULL, '/v1/rectification-orders/' || o.id)::api.answer;
END $$;
