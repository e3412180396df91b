-- Rectification orders: faults of an item, writing one, what it looks like.

-- How long an item gives: as many days as it says, or the time limit of p_day for a finding of that severity where it says nothing.
-- 0 days are an order to correct at once. All NULL where it names a date, and where no limit holds.
CREATE FUNCTION api.order_item_period(p_item jsonb, p_severity text, p_district text, p_day date,
	OUT days int, OUT day_kind text, OUT code text, OUT region text, OUT edition text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
	l hz.time_limit;
BEGIN
	IF p_item ? 'deadline' THEN
		RETURN;
	END IF;
	days := (p_item ->> 'days')::int;
	day_kind := CASE WHEN days IS NOT NULL THEN coalesce(p_item ->> 'day_kind', 'calendar') END;
	IF days > 0 THEN
		RETURN;
	END IF;
	l := api.time_limit(CASE WHEN days = 0 THEN 'immediate_correction' ELSE p_severity || '_rectification' END, p_district, p_day);
	IF days IS NULL THEN
		days := l.amount;
		day_kind := l.day_kind;
	END IF;
	IF days = l.amount THEN
		code := l.code;
		region := l.region;
		edition := l.edition;
	END IF;
END $$;

-- Faults of the period of one item, on finding f (NULLs where that is not there), of an order issued on p_day. p_from: the day it may not end
-- before; it runs from service, or at the earliest from issue.
CREATE FUNCTION api.order_item_faults(p_item jsonb, p_pointer text, f hz.finding, p_day date, p_from date) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	p CONSTANT record := api.order_item_period(p_item, f.severity, f.district, p_day);
	v_faults jsonb := '[]';
BEGIN
	IF p_item ? 'deadline' AND p_item ? 'days' THEN
		v_faults := v_faults || api.fault(p_pointer || '/days', 'rule_violated', '期限（deadline）与天数（days）只能写一个');
	ELSIF f.id IS NOT NULL AND NOT p_item ? 'deadline' AND p.days IS NULL THEN
		v_faults := v_faults || api.fault(p_pointer || '/deadline', 'rule_violated',
			'须写明期限（deadline）或天数（days）：当日没有生效的默认整改期限');
	ELSIF p.days IS NOT NULL
		AND api.period_end(p_from, p.days, p.day_kind, (api.deadline_rule('days', p.day_kind, p_day)).roll) IS NULL THEN
		v_faults := v_faults || api.fault(p_pointer || '/days', 'rule_violated', '期限的起止超出了工作日历（2004 年至 2060 年）');
	END IF;
	IF p_item ? 'day_kind' AND NOT p_item ? 'days' AND (NOT p_item ? 'deadline' OR p_item ->> 'day_kind' <> 'calendar') THEN
		v_faults := v_faults || api.fault(p_pointer || '/day_kind', 'rule_violated', '日的种类（day_kind）要和天数（days）一起写');
	END IF;
	IF (p_item ->> 'deadline')::date < p_from THEN
		v_faults := v_faults || api.fault(p_pointer || '/deadline', 'rule_violated', '期限早于开具或送达之日 ' || p_from);
	END IF;
	RETURN v_faults;
END $$;

-- The next number of a district's orders in p_year. As the owner: a caller may see only some of the orders.
CREATE FUNCTION api.order_number(p_district text, p_year int) RETURNS text
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	INSERT INTO hz.order_number AS n (district, year, last) VALUES (p_district, p_year, 1)
	ON CONFLICT (district, year) DO UPDATE SET last = n.last + 1
	RETURNING '责改〔' || p_year || '〕第 ' || n.last || ' 号'
$$;

-- p_category: of api.order_category().
CREATE FUNCTION api.order_insert(p_id uuid, n hz.institution, p_inspection_id uuid, p_category text, p_at timestamptz,
	p_note text)
RETURNS hz.rectification_order
LANGUAGE sql VOLATILE AS $$
	INSERT INTO hz.rectification_order (id, district, institution_id, institution_type, street, inspection_id, category, number, issued_at,
		actor_id, note, created_at, created_by, updated_at)
	VALUES (p_id, n.district, n.id, n.type, n.street, p_inspection_id, p_category,
		api.order_number(n.district, extract(year FROM api.day(p_at))::int), p_at, api.me(), p_note, api.now(), api.me(), api.now())
	RETURNING *
$$;

-- Adds an item to an order and notes it on the finding, which leaves the institution's own loop by it.
CREATE FUNCTION api.order_item_insert(o hz.rectification_order, p_n int, f hz.finding, p_round int, p_item jsonb)
RETURNS hz.rectification_order_item
LANGUAGE plpgsql AS $$
DECLARE
	i hz.rectification_order_item;
	v_day CONSTANT date := api.day(o.issued_at);
	p record := api.order_item_period(p_item, f.severity, f.district, v_day);
BEGIN
	INSERT INTO hz.rectification_order_item (id, order_id, district, institution_id, n, finding_id, round, requirement,
		responsible_name, given_deadline, days, day_kind, legal_basis, rule_id, limit_code, limit_region, limit_edition)
	VALUES (api.uuid_v7(), o.id, o.district, o.institution_id, p_n, f.id, p_round,
		coalesce(p_item ->> 'requirement', f.suggestion, '整改：' || f.description), p_item ->> 'responsible_name',
		(p_item ->> 'deadline')::date, p.days, p.day_kind, p_item ->> 'legal_basis',
		(api.deadline_rule(CASE WHEN p.days IS NULL THEN 'date' ELSE 'days' END, coalesce(p.day_kind, 'calendar'), v_day)).id,
		p.code, p.region, p.edition)
	RETURNING * INTO i;
	UPDATE hz.finding
	   SET order_item_id = i.id, responsible_name = i.responsible_name, version = version + 1, updated_at = api.now()
	 WHERE id = f.id;
	RETURN i;
END $$;

-- What the act on the finding records of the item.
CREATE FUNCTION api.order_item_detail(o hz.rectification_order, i hz.rectification_order_item) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object('order_id', o.id, 'number', o.number, 'item_id', i.id, 'requirement', i.requirement,
		'responsible_name', i.responsible_name, 'given_deadline', i.given_deadline, 'days', i.days, 'day_kind', i.day_kind,
		'legal_basis', i.legal_basis)
$$;

CREATE FUNCTION api.service_method_name(p_method text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE p_method WHEN 'direct' THEN '直接送达' WHEN 'leave' THEN '留置送达' WHEN 'mail' THEN '邮寄送达'
		WHEN 'electronic' THEN '电子送达' WHEN 'entrusted' THEN '委托送达' ELSE '公告送达' END
$$;

-- Records the service of an order and sets its periods going, for the findings that still follow this order.
CREATE FUNCTION api.order_serve(p_order_id uuid, p_service_id uuid, p_method text, p_served_at timestamptz, p_receiver text, p_note text)
RETURNS hz.order_service
LANGUAGE plpgsql AS $$
DECLARE
	o hz.rectification_order;
	s hz.order_service;
	i hz.rectification_order_item;
	v_day date := api.day(p_served_at);
BEGIN
	INSERT INTO hz.order_service (id, order_id, district, method, served_at, receiver, actor_id, recorded_at, note)
	SELECT p_service_id, r.id, r.district, p_method, p_served_at, p_receiver, api.me(), api.now(), p_note
	  FROM hz.rectification_order r WHERE r.id = p_order_id
	RETURNING * INTO s;
	PERFORM api.act_begin(p_order_id, 'services', p_served_at, p_note,
		jsonb_build_object('service_id', s.id, 'method', p_method, 'receiver', p_receiver));
	UPDATE hz.rectification_order SET served_at = p_served_at, version = version + 1, updated_at = api.now()
	 WHERE id = p_order_id RETURNING * INTO o;
	FOR i IN
		SELECT t.* FROM hz.rectification_order_item t JOIN hz.finding f ON f.id = t.finding_id
		 WHERE t.order_id = p_order_id AND f.order_item_id = t.id AND f.is_open ORDER BY t.finding_id
	LOOP
		PERFORM api.deadline_set(i.finding_id, i.round, api.deadline_date(i, v_day),
			CASE WHEN i.round = 1 THEN '责令改正通知送达' ELSE '复查不合格，第 ' || i.round || ' 轮责令改正' END,
			api.deadline_explain(o, i, v_day, api.service_method_name(p_method) || coalesce('，签收人 ' || p_receiver, '')),
			o.id, i.day_kind, i.days, i.rule_id, p_served_at, CASE WHEN i.days IS NOT NULL THEN v_day END);
	END LOOP;
	RETURN s;
END $$;

-- The next round after a failed re-inspection: a new order on one finding, handed over on the spot. The finding has been moved
-- by the caller. Returns the order's id.
CREATE FUNCTION api.order_next(p_finding_id uuid, p_round int, p_item jsonb, p_served_at timestamptz) RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
	f hz.finding := api.finding_lock(p_finding_id);
	n hz.institution;
	o hz.rectification_order;
BEGIN
	SELECT * INTO n FROM hz.institution WHERE id = f.institution_id;
	o := api.order_insert(api.uuid_v7(), n, NULL, f.category, p_served_at, NULL);
	PERFORM api.order_item_insert(o, 1, f, p_round, p_item);
	PERFORM api.order_serve(o.id, api.uuid_v7(), 'direct', p_served_at, NULL, NULL);
	RETURN o.id;
END $$;

-- The deadline that runs, or last ran, for an item; NULL until it is served.
CREATE FUNCTION api.order_item_deadline(i hz.rectification_order_item) RETURNS hz.deadline
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT d FROM hz.deadline d WHERE d.finding_id = i.finding_id AND d.round = i.round ORDER BY d.set_at DESC, d.id DESC LIMIT 1);
END $$;

CREATE FUNCTION api.order_json(o hz.rectification_order) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object(
		'id', o.id,
		'number', o.number,
		'district', o.district,
		'street', o.street,
		'institution_id', o.institution_id,
		'institution_name', (SELECT name FROM hz.institution WHERE id = o.institution_id),
		'institution_type', o.institution_type,
		'inspection_id', o.inspection_id,
		'state', CASE WHEN o.served_at IS NULL THEN 'issued' ELSE 'served' END,
		'served', o.served_at IS NOT NULL,
		'served_at', api.ts(o.served_at),
		'issued_at', api.ts(o.issued_at),
		'actor_id', o.actor_id,
		'actor_name', (SELECT name FROM hz.actor WHERE id = o.actor_id),
		'items', (SELECT coalesce(json_agg(json_build_object(
				'id', t.id,
				'finding_id', t.finding_id,
				'round', t.round,
				'requirement', t.requirement,
				'responsible_name', t.responsible_name,
				'deadline', d.due_on,
				'given_deadline', t.given_deadline,
				'days', t.days,
				'day_kind', t.day_kind,
				'rule', t.rule_id,
				'time_limit', t.limit_code,
				'provisional', d.provisional,
				'legal_basis', t.legal_basis,
				'finding_state', f.state) ORDER BY t.n), '[]')
			FROM hz.rectification_order_item t JOIN hz.finding f ON f.id = t.finding_id
			LEFT JOIN LATERAL api.order_item_deadline(t) d ON true
			WHERE t.order_id = o.id),
		'note', o.note,
		'created_at', api.ts(o.created_at),
		'updated_at', api.ts(o.updated_at),
		'version', o.version)
$$;

-- An order as the record of one finding. The step has always led to `ordered`.
CREATE FUNCTION api.finding_order_json(o hz.rectification_order, i hz.rectification_order_item) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object(
		'id', i.id,
		'order_id', o.id,
		'number', o.number,
		'finding_id', i.finding_id,
		'round', i.round,
		'requirement', i.requirement,
		'responsible_name', i.responsible_name,
		'deadline', d.due_on,
		'days', i.days,
		'day_kind', i.day_kind,
		'rule', i.rule_id,
		'time_limit', i.limit_code,
		'provisional', d.provisional,
		'legal_basis', i.legal_basis,
		'served', o.served_at IS NOT NULL,
		'served_at', api.ts(o.served_at),
		'state', 'ordered',
		'actor_id', o.actor_id,
		'occurred_at', api.ts(o.issued_at),
		'recorded_at', api.ts(o.created_at),
		'note', o.note)
	  FROM (SELECT) one LEFT JOIN LATERAL api.order_item_deadline(i) d ON true
$$;

CREATE FUNCTION api.order_service_json(s hz.order_service) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object(
		'id', s.id,
		'order_id', s.order_id,
		'state', 'served',
		'method', s.method,
		'served_at', api.ts(s.served_at),
		'receiver', s.receiver,
		'deadlines', (SELECT coalesce(json_agg(json_build_object('finding_id', t.finding_id, 'deadline', d.due_on, 'day_kind', t.day_kind,
				'days', t.days, 'rule', t.rule_id, 'provisional', d.provisional) ORDER BY t.n), '[]')
			FROM hz.rectification_order_item t CROSS JOIN LATERAL api.order_item_deadline(t) d
			WHERE t.order_id = s.order_id AND d.id IS NOT NULL),
		'actor_id', s.actor_id,
		'occurred_at', api.ts(s.served_at),
		'recorded_at', api.ts(s.recorded_at),
		'note', s.note)
$$;
