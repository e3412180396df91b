-- Rewards: granted by the leader, collected against the receipt, paid against a code. The one who grants knows the report and not the face; the one
-- who pays sees the face and not the report.

CREATE FUNCTION api.money(p numeric) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT to_char(p, 'FM99999999999990.00') $$;

CREATE FUNCTION api.reward_basis(p_basis text, p_read boolean) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN p_basis IS NULL THEN '本局规则' WHEN p_read THEN p_basis ELSE p_basis || '（条文未核对）' END
$$;

CREATE FUNCTION api.reward_step(p_step text, p_amount numeric, p_basis text, p_text text) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
	SELECT jsonb_build_object('step', p_step, 'amount', api.money(p_amount), 'basis', p_basis, 'text', p_text)
$$;

-- What rule r makes of a fine (NULL: none was imposed), with every step. The rise for employees comes after the least and before the most.
CREATE FUNCTION api.reward_calculate(r hz.reward_rule, p_fine numeric, p_employee boolean, OUT amount numeric, OUT steps jsonb)
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	v_basis CONSTANT text := api.reward_basis(r.legal_basis, r.basis_read);
BEGIN
	amount := round(coalesce(p_fine, 0) * r.fine_percent / 100, 2);
	steps := jsonb_build_array(api.reward_step('fine', amount, v_basis, CASE WHEN p_fine IS NULL THEN '没有罚款'
		ELSE '罚款 ' || api.money(p_fine) || ' 元的 ' || r.fine_percent || '%，为 ' || api.money(amount) || ' 元' END));
	IF amount < r.min_amount THEN
		amount := r.min_amount;
		steps := steps || api.reward_step('minimum', amount, v_basis, '最低 ' || api.money(amount) || ' 元');
	END IF;
	IF p_employee AND r.employee_percent > 0 THEN
		amount := round(amount * (1 + r.employee_percent / 100), 2);
		steps := steps || api.reward_step('employee', amount, api.reward_basis(r.employee_basis, r.employee_basis_read),
			'从业人员举报本单位，上浮 ' || r.employee_percent || '%，为 ' || api.money(amount) || ' 元');
	END IF;
	IF amount > r.max_amount THEN
		amount := r.max_amount;
		steps := steps || api.reward_step('maximum', amount, v_basis, '最高不超过 ' || api.money(amount) || ' 元');
	END IF;
END $$;

-- All of a reward but its code. A view of the caller's, as api.report_shown.
CREATE VIEW api.reward_shown WITH (security_invoker = true) AS
SELECT id, report_id, district, n, rule_edition, fine, employee, calculated, amount, explanation, granted_by, granted_at, reason, collect_by, state,
       collected_at, paid_by
  FROM hz.report_reward;
GRANT SELECT ON api.reward_shown TO hz_api;

CREATE FUNCTION api.reward_json(w api.reward_shown, p_state text) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object('id', w.id, 'report_id', w.report_id, 'n', w.n, 'amount', api.money(w.amount), 'calculated', api.money(w.calculated),
		'fine', api.money(w.fine), 'employee', w.employee, 'rule_edition', w.rule_edition, 'explanation', w.explanation, 'reward_state', w.state,
		'collect_by', w.collect_by, 'granted_by', w.granted_by, 'granted_by_name', (SELECT name FROM hz.actor WHERE id = w.granted_by),
		'granted_at', api.ts(w.granted_at), 'reason', w.reason, 'paid_at', api.ts(w.collected_at), 'state', p_state)
$$;

CREATE FUNCTION api.reward_faults(r api.report_shown, u hz.reward_rule, p_body jsonb, p_calculated numeric) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_amount CONSTANT numeric := (p_body ->> 'amount')::numeric;
	v_faults jsonb := '[]';
BEGIN
	IF coalesce(r.result, '') NOT IN ('substantiated', 'partly_substantiated') THEN
		v_faults := v_faults || api.fault('', 'not_substantiated', '查实（属实或部分属实）的举报才能奖励');
	END IF;
	IF v_amount > u.max_amount THEN
		v_faults := v_faults || api.fault('/amount', 'out_of_range', '最高不超过 ' || api.money(u.max_amount) || ' 元');
	ELSIF v_amount <> p_calculated AND coalesce(p_body ->> 'reason', '') = '' THEN
		v_faults := v_faults || api.fault('/reason', 'required', '与算得的 ' || api.money(p_calculated) || ' 元不同的，须写明理由');
	END IF;
	RETURN v_faults;
END $$;

-- A reward not paid yet may be granted anew: the one before is replaced, its code void.
CREATE FUNCTION api.report_reward(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	r CONSTANT api.report_shown := api.report_lock(p_id);
	v_fine CONSTANT numeric := (p_body ->> 'fine')::numeric;
	v_employee CONSTANT boolean := (p_body ->> 'employee')::boolean;
	u hz.reward_rule;
	c record;
	a hz.report_act;
	v_id uuid;
BEGIN
	PERFORM api.report_check(r, 'rewards', '');
	IF EXISTS (SELECT FROM hz.report_reward WHERE report_id = r.id AND state = 'paid') THEN
		PERFORM api.refuse('HZ409', '{"code": "reward_paid"}');
	END IF;
	SELECT * INTO STRICT u FROM hz.reward_rule WHERE effective_from <= api.day(r.received_at) ORDER BY effective_from DESC LIMIT 1;
	c := api.reward_calculate(u, v_fine, v_employee);
	a := api.report_move(p_id, 'rewards', '', '{}', p_faults => api.reward_faults(r, u, p_body, c.amount));
	UPDATE hz.report_reward SET state = 'replaced' WHERE report_id = r.id AND state <> 'replaced';
	INSERT INTO hz.report_reward (report_id, district, n, rule_edition, fine, employee, calculated, amount, explanation, granted_by, granted_at, reason, collect_by)
	SELECT r.id, r.district, 1 + coalesce(max(x.n), 0), u.edition, v_fine, v_employee, c.amount, coalesce((p_body ->> 'amount')::numeric, c.amount),
	       c.steps || CASE WHEN (p_body ->> 'amount')::numeric <> c.amount
			THEN api.reward_step('decided', (p_body ->> 'amount')::numeric, NULL, '局领导核定：' || (p_body ->> 'reason')) ELSE '[]' END,
	       api.me(), a.recorded_at, p_body ->> 'reason', api.today() + u.collect_days
	  FROM hz.report_reward x WHERE x.report_id = r.id
	RETURNING id INTO v_id;
	RETURN ROW(201, (SELECT api.reward_json(w, a.to_state) FROM api.reward_shown w WHERE w.id = v_id), NULL,
		'/v1/whistleblower-reports/' || r.id || '/rewards')::api.answer;
END $$;

CREATE FUNCTION api.report_rewards(p_id uuid) RETURNS api.answer
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	r CONSTANT api.report_shown := api.report_open(p_id, 'rewards_read');
BEGIN
	RETURN ROW(200, json_build_object('items', (SELECT coalesce(json_agg(api.reward_json(w, r.state) ORDER BY w.n), '[]') FROM api.reward_shown w
		 WHERE w.report_id = r.id)), NULL, NULL)::api.answer;
END $$;

-- ---- the reporter ----

-- The reward that stands, of this report itself: a merged one has none.
CREATE FUNCTION api.reporter_reward_row(r hz.report) RETURNS hz.report_reward
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT w FROM hz.report_reward w WHERE w.report_id = r.id AND w.state <> 'replaced'
$$;

CREATE FUNCTION api.reporter_reward(r hz.report) RETURNS json
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT json_build_object('amount', api.money(w.amount), 'collected', w.state = 'paid', 'granted_on', api.day(w.granted_at), 'collect_by', w.collect_by,
		'text', api.report_text('reward', w.state, api.money(w.amount)))
	  FROM api.reporter_reward_row(r) w WHERE w.id IS NOT NULL
$$;

-- A code for whoever holds the receipt; the one before is void. p_code: its keyed hash.
CREATE FUNCTION api.reporter_collect(p_hash bytea, p_code bytea) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	r CONSTANT hz.report := api.reporter_lock(p_hash);
	w hz.report_reward := api.reporter_reward_row(r);
	v_to CONSTANT text := api.transition_find('report_reward', 'reward-collections', '', w.state, 'nobody');
BEGIN
	IF v_to IS NULL THEN
		PERFORM api.refuse_state(api.reporter_state(r, api.report_root(r)), api.reporter_allowed(r));
	END IF;
	UPDATE hz.report_reward SET state = v_to, code_hash = p_code WHERE id = w.id RETURNING * INTO w;
	RETURN ROW(201, json_build_object('amount', api.money(w.amount), 'collect_by', w.collect_by,
		'text', api.report_text('reward', 'where', api.money(w.amount))), NULL, '/v1/whistleblower-report')::api.answer;
END $$;

-- ---- who pays ----

-- The code is checked and the reward paid, once. As the owner, because whoever pays sees no report; the answer tells nothing of it.
CREATE FUNCTION api.reward_pay(p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	w hz.report_reward;
	v_to text;
BEGIN
	SELECT * INTO w FROM hz.report_reward WHERE code_hash = decode(p_body ->> 'code', 'hex') AND district = ANY (api.districts()) FOR UPDATE;
	IF NOT FOUND OR api.report_names_me(w.report_id) THEN
		PERFORM api.refuse_faults(jsonb_build_array(api.fault('/code', 'unknown_reference', '没有这个领取码：可能已经换过新的，或不属于本区县')));
	END IF;
	v_to := api.transition_find('report_reward', 'payments', '', w.state, api.role());
	IF v_to IS NULL THEN
		PERFORM api.refuse_state(w.state, api.transition_allowed('report_reward', w.state, api.role()));
	END IF;
	UPDATE hz.report_reward SET state = v_to, paid_by = api.me(), collected_at = api.hour(api.now()) WHERE id = w.id RETURNING * INTO w;
	PERFORM api.audit('reward_paid', w.report_id, w.district);
	RETURN ROW(201, json_build_object('reward_id', w.id, 'amount', api.money(w.amount), 'state', w.state, 'paid_by', w.paid_by, 'paid_at', api.ts(w.collected_at)),
		NULL, '/v1/reward-payments')::api.answer;
END $$;
