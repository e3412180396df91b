-- Deadlines: which rule holds, how the date follows from it, and the one function that sets it.

-- The rule in force on p_day for a period in days of a kind, or for a date given (whose kind is 'calendar').
CREATE FUNCTION api.deadline_rule(p_applies_to text, p_day_kind text, p_day date) RETURNS hz.deadline_rule
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT r
	  FROM hz.deadline_rule r
	 WHERE r.applies_to = p_applies_to AND r.day_kind = p_day_kind
	   AND r.effective_from <= p_day AND (r.effective_to IS NULL OR r.effective_to >= p_day)
	 ORDER BY r.effective_from DESC LIMIT 1);
END $$;

CREATE FUNCTION api.deadline_rule_basis(r hz.deadline_rule) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN r.legal_basis IS NULL THEN '本局规则' WHEN r.basis_read THEN r.legal_basis ELSE r.legal_basis || '（条文未核对）' END
$$;

-- The last day of the period of an item served on p_served: the day of service is not counted.
CREATE FUNCTION api.deadline_date(i hz.rectification_order_item, p_served date) RETURNS date
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN coalesce(i.given_deadline, api.period_end(p_served, i.days, i.day_kind, (SELECT roll FROM hz.deadline_rule WHERE id = i.rule_id)));
END $$;

-- Why this date: what set the period going, where its length comes from when the order does not say, by which rule it is counted,
-- from where, what is left out, to which day.
CREATE FUNCTION api.deadline_explain(o hz.rectification_order, i hz.rectification_order_item, p_served date, p_how text)
RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	r hz.deadline_rule;
	l hz.time_limit;
	v_basis text;
	v_steps jsonb := jsonb_build_array(api.step('event', p_served, i.legal_basis, o.number || ' 于 ' || p_served || ' 送达（' || p_how || '）'));
BEGIN
	SELECT * INTO r FROM hz.deadline_rule WHERE id = i.rule_id;
	v_basis := api.deadline_rule_basis(r);
	IF i.limit_code IS NOT NULL THEN
		SELECT * INTO l FROM hz.time_limit WHERE (code, region, edition) = (i.limit_code, i.limit_region, i.limit_edition);
		v_steps := v_steps || api.step('limit', NULL, api.time_limit_basis(l), CASE l.code WHEN 'immediate_correction' THEN '责令' ELSE '通知未写期限，适用' END
			|| l.title || '（时限 ' || l.code || '，第 ' || l.edition || ' 版）');
	END IF;
	RETURN v_steps || api.step('rule', NULL, v_basis, r.title || '（规则 ' || r.id || '，第 ' || r.edition || ' 版）')
		|| CASE WHEN i.days IS NULL THEN api.step('counting', i.given_deadline, o.number, '通知写明的日期，不另计算')
			ELSE api.period_steps(p_served, i.days, i.day_kind, v_basis, r.roll) END
		|| api.step_result(api.deadline_date(i, p_served), v_basis);
END $$;

-- Gives a finding a new running deadline; the one before stays as its history. Bumps the finding's version and writes an
-- event that carries the reason and the steps. Returns the deadline's id. p_day_kind, p_days, p_rule_id, p_from: how it was counted, and
-- after which day, so that it can be counted again; all NULL when the date was given.
CREATE FUNCTION api.deadline_set(p_finding_id uuid, p_round int, p_due date, p_reason text, p_explanation jsonb, p_order_id uuid,
	p_day_kind text DEFAULT NULL, p_days int DEFAULT NULL, p_rule_id text DEFAULT NULL, p_at timestamptz DEFAULT NULL, p_from date DEFAULT NULL)
RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
	v_id uuid := api.uuid_v7();
BEGIN
	UPDATE hz.deadline SET current = false WHERE finding_id = p_finding_id AND current;
	INSERT INTO hz.deadline (id, finding_id, district, round, due_on, day_kind, days, rule_id, counted_from, order_id, reason, explanation,
		set_by, set_at)
	SELECT v_id, f.id, f.district, p_round, p_due, p_day_kind, p_days, p_rule_id, p_from, p_order_id, p_reason, p_explanation,
	       api.me(), api.now()
	  FROM hz.finding f WHERE f.id = p_finding_id;
	PERFORM api.act_begin(p_finding_id, 'deadline', coalesce(p_at, api.now()), p_reason,
		jsonb_build_object('deadline_id', v_id, 'order_id', p_order_id, 'round', p_round, 'explanation', p_explanation));
	UPDATE hz.finding SET due_on = p_due, version = version + 1, updated_at = api.now() WHERE id = p_finding_id;
	RETURN v_id;
END $$;

-- The members of a line of the worklist and of what it says of the past, as those of a finding are given (41_finding.sql).
CREATE TYPE api.deadline_item AS (
	finding_id uuid, deadline date, state text, overdue boolean, days_left int, working_days_left int, day_kind text, days int, rule text,
	provisional boolean, round int, responsible_name text, institution_id uuid, institution_name text, institution_type text, district text,
	street text, category text, severity text, description text, finding_state text, supervised boolean, order_id uuid, reason text,
	explanation jsonb, changes json, kind text, title text, resource text, resource_id uuid, href text, responsible_roles text[],
	campaign_id uuid
);
CREATE TYPE api.deadline_change AS (round int, deadline date, reason text, set_at text, order_id uuid);

CREATE FUNCTION api.deadline_state(p_due date, p_today date) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN p_due < p_today THEN 'overdue' WHEN p_due = p_today THEN 'due_today' ELSE 'open' END $$;

-- One line of the worklist: the deadline of a finding. What needs a table is given: p_working are the working days left (NULL outside
-- of the calendar), p_changes all deadlines the finding ever had.
CREATE FUNCTION api.deadline_json(f hz.finding, d hz.deadline, p_institution text, p_today date, p_working int, p_changes json) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT row_to_json(ROW(
		f.id, f.due_on, api.deadline_state(f.due_on, p_today), f.due_on < p_today, f.due_on - p_today, p_working, d.day_kind, d.days,
		d.rule_id, coalesce(d.provisional, false), f.round, f.responsible_name, f.institution_id, p_institution, f.institution_type,
		f.district, f.street, f.category, f.severity, f.description, f.state, f.supervised, d.order_id, d.reason, d.explanation,
		p_changes, 'rectification', left(f.description, 80), 'finding', f.id, '/v1/findings/' || f.id, '{institution}'::text[],
		f.campaign_id)::api.deadline_item)
$$;

-- Where to read of a clock: what it is a clock of, else the finding or the institution that has it.
CREATE FUNCTION api.clock_href(c hz.clock) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN c.resource = 'extension' THEN '/v1/extensions/' || c.resource_id
		WHEN c.finding_id IS NOT NULL THEN '/v1/findings/' || c.finding_id
		ELSE '/v1/institutions/' || c.institution_id END
$$;

-- Another: a clock that runs beside, with its finding if it has one.
CREATE FUNCTION api.clock_json(c hz.clock, f hz.finding, p_institution text, p_today date, p_working int) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT row_to_json(ROW(
		c.finding_id, c.due_on, api.deadline_state(c.due_on, p_today), c.due_on < p_today, c.due_on - p_today, p_working, NULL, NULL,
		NULL, c.provisional, f.round, c.responsible_name, c.institution_id, p_institution, c.institution_type,
		c.district, c.street, c.category, c.severity, f.description, f.state, coalesce(f.supervised, false), NULL,
		coalesce(c.explanation #>> '{0,text}', c.title), c.explanation,
		'[]', c.kind, c.title, c.resource, c.resource_id, api.clock_href(c), c.responsible,
		f.campaign_id)::api.deadline_item)
$$;

-- Another: a clock of a report, for its handlers. It says nothing of what was reported. While it stands still, today is the day of the pause.
CREATE FUNCTION api.report_deadline_json(k hz.report_clock, p_today date) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT row_to_json(ROW(
		NULL, k.due_on, api.deadline_state(k.due_on, s.day), k.due_on < s.day, k.due_on - s.day, api.working_days(s.day, k.due_on), NULL, NULL,
		NULL, k.provisional, NULL, NULL, r.institution_id, coalesce(n.name, r.institution_name), r.institution_type,
		r.district, r.street, r.category, NULL, NULL, NULL, false, NULL,
		CASE WHEN s.day < p_today THEN '计时已于 ' || s.day || ' 中止' ELSE coalesce(k.explanation #>> '{0,text}', k.title) END, k.explanation,
		'[]', k.kind, k.title, 'whistleblower_report', r.id, '/v1/whistleblower-reports/' || r.id, coalesce(l.responsible, '{handler}'),
		NULL)::api.deadline_item)
	  FROM api.report_shown r
	 CROSS JOIN LATERAL (SELECT api.report_clock_day(k.kind, r.paused_at, p_today) AS day OFFSET 0) s
	  LEFT JOIN hz.institution n ON n.id = r.institution_id
	  LEFT JOIN hz.time_limit l ON (l.code, l.region, l.edition) = (k.kind, k.limit_region, k.limit_edition)
	 WHERE r.id = k.report_id
$$;

-- All the deadlines of a finding, and the one that runs: one row. In FROM it becomes part of the statement around it.
CREATE FUNCTION api.deadlines_of(p_finding_id uuid) RETURNS TABLE (changes json, current hz.deadline)
LANGUAGE sql STABLE AS $$
	SELECT coalesce(json_agg(ROW(c.round, c.due_on, c.reason, api.ts(c.set_at), c.order_id)::api.deadline_change
			ORDER BY c.set_at, c.id), '[]'),
	       (array_agg(c) FILTER (WHERE c.current))[1]
	  FROM hz.deadline c WHERE c.finding_id = p_finding_id
$$;
