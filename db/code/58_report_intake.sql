-- How reports come in: by whoever it concerns, without a key, and by staff for whoever called, wrote or came. These functions run as
-- the owner, for nobody has rights on the tables; what staff may is asked here.

-- The district of a report that does not say: as the installation sets it (report_rule default_district), or else the first with a
-- custodian's key, or else with institutions.
CREATE FUNCTION api.report_default_district() RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RETURN coalesce(
		api.report_rule('default_district')::bigint::text,
		(SELECT min(district) FROM hz.custodian_key WHERE retired_at IS NULL),
		(SELECT min(district) FROM hz.institution));
END $$;

-- Where a report belongs: to the institution it names, if there is such a one; or else to the district given, or to the default.
CREATE FUNCTION api.report_place(p_body jsonb) RETURNS hz.institution
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_given CONSTANT text := coalesce(p_body ->> 'district', api.report_default_district());
	i hz.institution;
BEGIN
	SELECT * INTO i FROM hz.institution WHERE id = (p_body ->> 'institution_id')::uuid;
	i.district := coalesce(i.district, v_given);
	RETURN i;
END $$;

-- The key an identity is sealed to: that of the district, or of the one given or the default. What is answered does not depend on
-- whether there is such an institution: only on what is given.
CREATE FUNCTION api.report_key(p_body jsonb) RETURNS hz.custodian_key
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_own CONSTANT text := (api.report_place(p_body)).district;
	v_given CONSTANT text := p_body ->> 'district';
	v_default CONSTANT text := api.report_default_district();
	c hz.custodian_key;
	k hz.custodian_key;
BEGIN
	SELECT * INTO k FROM hz.custodian_key WHERE district = v_given AND retired_at IS NULL;
	IF NOT FOUND THEN
		SELECT * INTO k FROM hz.custodian_key WHERE district = v_default AND retired_at IS NULL;
	END IF;
	SELECT * INTO c FROM hz.custodian_key WHERE district = v_own AND retired_at IS NULL;
	RETURN CASE WHEN k.id IS NULL OR c.id IS NULL THEN k ELSE c END;
END $$;

-- Faults of what staff type in.
CREATE FUNCTION api.report_staff_faults(p_body jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_channel CONSTANT text := p_body ->> 'channel';
	v_number CONSTANT text := p_body ->> 'external_number';
	v_faults jsonb := '[]';
BEGIN
	IF v_channel IS NULL THEN
		v_faults := v_faults || api.fault('/channel', 'required', '请写明来件渠道');
	ELSIF v_channel = 'web' OR api.role() = 'integration' AND v_channel NOT IN ('12350', '12345', 'other_system') THEN
		v_faults := v_faults || api.fault('/channel', 'not_expected', '这个渠道的举报不由您登记');
	END IF;
	IF v_number IS NULL AND (api.role() = 'integration' OR v_channel = '12345') THEN
		v_faults := v_faults || api.fault('/external_number', 'required', '请写明来件编号');
	END IF;
	IF p_body ->> 'institution_id' IS NOT NULL AND NOT EXISTS (SELECT FROM hz.institution i
		WHERE i.id = (p_body ->> 'institution_id')::uuid AND i.district = ANY (api.districts())) THEN
		v_faults := v_faults || api.fault('/institution_id', 'unknown_reference', '没有这家机构，或者不在您的管辖范围内');
	END IF;
	IF (p_body ->> 'received_on')::date > api.today() THEN
		v_faults := v_faults || api.fault('/received_on', 'date_in_future', '收件日期不得晚于今天');
	END IF;
	IF (p_body ->> 'external_deadline')::date < coalesce((p_body ->> 'received_on')::date, api.today()) THEN
		v_faults := v_faults || api.fault('/external_deadline', 'date_in_past', '来件写明的期限不得早于收件之日');
	END IF;
	RETURN v_faults;
END $$;

-- Faults of a report, whoever brings it; none of them tells whether there is an institution to those who come without a key.
CREATE FUNCTION api.report_faults(p_body jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_faults jsonb := '[]';
	v_member text;
BEGIN
	IF p_body ->> 'mode' = 'anonymous' AND p_body ? 'identity' THEN
		v_faults := v_faults || api.fault('/identity', 'not_expected', '匿名举报不要写身份信息；要留身份请选保密实名或实名');
	ELSIF p_body ->> 'mode' <> 'anonymous' AND p_body ->> 'identity' IS NULL THEN
		v_faults := v_faults || api.fault('/identity', 'required', '保密实名和实名举报须写明身份信息');
	END IF;
	IF p_body ->> 'audience' = 'institution' AND p_body ->> 'institution_id' IS NULL THEN
		v_faults := v_faults || api.fault('/institution_id', 'required', '告知本机构的举报须写明是哪家机构');
	END IF;
	IF p_body ->> 'district' IS NULL AND (p_body ->> 'institution_id' IS NULL OR api.report_default_district() IS NULL) THEN
		v_faults := v_faults || api.fault('/district', 'required', '没有写明机构编号的，请写明区县');
	ELSIF p_body ->> 'district' IS NOT NULL AND NOT EXISTS (SELECT FROM hz.region WHERE code = p_body ->> 'district' AND level = 'county') THEN
		v_faults := v_faults || api.fault('/district', 'unknown_reference', '没有这个区县代码');
	END IF;
	IF (p_body ->> 'occurred_at')::timestamptz > api.now() + interval '5 minutes' THEN
		v_faults := v_faults || api.fault('/occurred_at', 'occurred_at_in_future', '事情发生的时间晚于现在');
	END IF;
	IF api.role() <> 'nobody' THEN
		RETURN v_faults || api.report_staff_faults(p_body);
	END IF;
	FOREACH v_member IN ARRAY '{channel,external_number,received_on,external_deadline}'::text[] LOOP
		IF p_body ? v_member THEN
			v_faults := v_faults || api.fault('/' || v_member, 'not_expected', '这一项由登记来件的工作人员填写');
		END IF;
	END LOOP;
	RETURN v_faults;
END $$;

-- Before anything is sealed: is all in order, and to which key is it sealed? NULL: to none.
CREATE FUNCTION api.report_admit(p_body jsonb) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM api.refuse_faults(api.report_faults(p_body));
	RETURN (api.report_key(p_body)).public_key;
END $$;

-- Who will read it and what happens next: the same words whatever the report says, but for its audience.
CREATE FUNCTION api.report_words(p_audience text) RETURNS json
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_own CONSTANT int := (api.time_limit('report_institution_answer', '', api.today())).amount;
	v_accept CONSTANT int := (api.time_limit('report_acceptance', '', api.today())).amount;
BEGIN
	RETURN json_build_object(
		'readers', CASE p_audience WHEN 'institution' THEN json_build_object(
			'zh', format('您选择先告知本机构：该机构负责人的账号会读到您的举报，民政局的举报办理人也能看到，以便监督；被点名的人看不到。本机构 %s 个工作日内没有答复的，'
				'自动转由民政局办理，此后本机构不再能看到。系统里没有这家机构的，直接由民政局办理。', v_own),
			'en', format('You chose to tell the institution first: the accounts of those in charge of it will read your report. The bureau''s report handlers can see it '
				'too, so that it is not buried; nobody named in it can. Without an answer within %s working days it goes to the bureau and the institution no longer sees it. '
				'If the system knows no such institution, the bureau has it at once.', v_own))
		ELSE json_build_object(
			'zh', '只有民政局办理举报的工作人员会读到您的举报。被举报的单位和被点名的人看不到。',
			'en', 'Only the bureau''s report handlers will read your report. The institution and anybody named in it will not see it.') END,
		'next_steps', json_build_object(
			'zh', format('%s 日内告诉您是否受理。凭回执随时可以回来：看进展、答问题、补材料、撤回。回执只显示这一次，也无法找回，请抄下来收好。', v_accept),
			'en', format('Within %s days you will be told whether it is taken up. Come back with the receipt whenever you like: for progress, questions, more evidence, or to '
				'withdraw. The receipt is shown this once and cannot be found again; write it down and keep it safe.', v_accept)));
END $$;

-- The row of a new report. i: where it belongs; its id is NULL where it is only named.
CREATE FUNCTION api.report_insert(p_body jsonb, p_hash bytea, i hz.institution) RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_received CONSTANT timestamptz := api.hour(coalesce(((p_body ->> 'received_on')::date + time '00:00') AT TIME ZONE 'Asia/Shanghai', api.now()));
	v_persons CONSTANT jsonb := coalesce(nullif(p_body -> 'named_persons', 'null'), '[]');
	v_names CONSTANT text[] := ARRAY(SELECT api.plain_name(e ->> 'name') FROM jsonb_array_elements(v_persons) e);
	v_conflicts uuid[];
	v_id uuid;
BEGIN
	PERFORM api.report_hold_district(i.district);
	v_conflicts := api.report_conflicts(i.district, v_names, api.report_all_words(p_body ->> 'description', p_body ->> 'institution_name', v_persons), i.id,
		p_body ->> 'institution_name');
	IF i.id IS NULL THEN
		-- as much work as the foreign key makes of an institution that is there
		PERFORM FROM hz.institution ORDER BY id LIMIT 1 FOR KEY SHARE;
	END IF;
	INSERT INTO hz.report (district, institution_id, institution_type, street, institution_name, mode, audience, subject_kind, category, description,
		happened_at, channel, external_number, identity_box, custodian_key_id, receipt_hash, state, named_persons, named_names, named_actors, leader_sees,
		taken_by, received_at, updated_at)
	VALUES (i.district, i.id, i.type, i.street, p_body ->> 'institution_name', p_body ->> 'mode',
		-- a report for an institution that is not there would be read by nobody
		CASE WHEN i.id IS NULL THEN 'bureau' ELSE coalesce(p_body ->> 'audience', 'bureau') END,
		p_body ->> 'subject_kind', p_body ->> 'category', p_body ->> 'description', (p_body ->> 'occurred_at')::timestamptz,
		coalesce(p_body ->> 'channel', 'web'), p_body ->> 'external_number', p_body ->> 'identity',
		CASE WHEN p_body ? 'identity' THEN (api.report_key(p_body)).id END, p_hash, 'received', v_persons, v_names, v_conflicts,
		NOT api.report_has('handler', i.district, i.id, i.type, i.street, v_names, v_conflicts), CASE WHEN api.role() <> 'nobody' THEN api.me() END, v_received, v_received)
	RETURNING id INTO v_id;
	RETURN v_id;
END $$;

-- Counts the days of the clocks a report of another kind would begin with, for nothing: which kind it became is not to be told by the time
-- the answer takes.
CREATE FUNCTION api.report_clocks_idle(p_kind text, p_district text, p_at timestamptz) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_code text;
	l hz.time_limit;
BEGIN
	FOR v_code IN SELECT DISTINCT t.code FROM hz.time_limit t
		WHERE t.resource = 'whistleblower_report' AND t.starts_with = 'create' AND p_kind = ANY (t.kinds) LOOP
		l := api.time_limit(v_code, p_district, api.day(p_at));
		PERFORM api.period_end(api.day(p_at), l.amount, l.day_kind), api.period_steps(api.day(p_at), l.amount, l.day_kind, NULL);
	END LOOP;
END $$;

/* Takes a report in. p_hash: the keyed hash of its receipt. To those without a key the answer says nothing but what they know: no id, and no
 * difference whether the institution exists; an unknown one is kept as named only. Staff get the id. */
CREATE FUNCTION api.report_take(p_body jsonb, p_hash bytea) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	i CONSTANT hz.institution := api.report_place(p_body);
	v_staff CONSTANT boolean := api.role() <> 'nobody';
	v_words CONSTANT json := api.report_words(coalesce(p_body ->> 'audience', 'bureau'));
	v_id uuid;
	r api.report_shown;
BEGIN
	PERFORM api.refuse_faults(api.report_faults(p_body));
	IF v_staff AND i.district <> ALL (api.districts()) THEN
		PERFORM api.refuse('HZ403', '{"code": "out_of_scope"}');
	END IF;
	v_id := api.report_insert(p_body, p_hash, i);
	SELECT * INTO r FROM api.report_shown WHERE id = v_id;
	INSERT INTO hz.report_act (report_id, district, n, command, from_state, to_state, actor_id, role, occurred_at, recorded_at)
	VALUES (r.id, r.district, 1, 'create', '-', 'received', r.taken_by, api.role(), r.received_at, api.hour(api.now()));
	PERFORM api.report_clocks_follow(r, 'create', r.received_at);
	IF p_body ->> 'audience' = 'institution' THEN
		PERFORM api.report_clocks_idle(CASE r.audience WHEN 'institution' THEN r.channel ELSE 'institution' END, r.district, r.received_at);
	END IF;
	IF p_body ? 'external_deadline' THEN
		DELETE FROM hz.report_clock WHERE report_id = r.id AND kind = 'report_ticket';	-- the ticket's own date in place of the rule's
		PERFORM api.report_clock_start(api.time_limit('report_ticket', r.district, api.day(r.received_at)), r, r.received_at,
			(p_body ->> 'external_deadline')::date);
	END IF;
	IF NOT v_staff THEN
		RETURN ROW(201, json_build_object('state', 'received', 'readers', v_words -> 'readers', 'next_steps', v_words -> 'next_steps'),
			NULL, NULL)::api.answer;
	END IF;
	PERFORM api.audit('report_taken_in', r.id, r.district);
	RETURN ROW(201, json_build_object('id', r.id, 'state', r.state, 'district', r.district, 'readers', v_words -> 'readers',
		'next_steps', v_words -> 'next_steps'), NULL, '/v1/whistleblower-reports/' || r.id)::api.answer;
END $$;
