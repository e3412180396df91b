-- Spot checks 抽查: the section looks at what an institution found, corrected and accepted by itself.

CREATE FUNCTION api.spot_check_faults(p_body jsonb) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN p_body ->> 'result' = 'rejected' AND p_body ->> 'note' IS NULL
			THEN jsonb_build_array(api.fault('/note', 'required', '抽查不认可须写明理由')) ELSE '[]' END
	    || CASE WHEN p_body ->> 'result' = 'confirmed' AND p_body -> 'finding' IS NOT NULL
			THEN jsonb_build_array(api.fault('/finding', 'not_expected', '抽查认可，不再登记新隐患')) ELSE '[]' END
	    || api.body_attachment_faults(p_body)
$$;

-- Records what the check came to. The finding stays closed either way: the institution's acceptance is history. What is still wrong becomes a finding
-- of its own, the office's, in the same call; category and severity are the old one's unless it says otherwise.
CREATE FUNCTION api.finding_spot_check(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	f hz.finding := api.finding_lock(p_id);
	v_result CONSTANT text := p_body ->> 'result';
	v_new CONSTANT uuid := CASE WHEN p_body -> 'finding' IS NOT NULL THEN api.body_id(p_body -> 'finding') END;
	v_at timestamptz;
	a hz.finding_act;
BEGIN
	PERFORM api.finding_check(f, 'spot-checks', v_result, p_body);
	IF f.spot_check IS NULL THEN
		PERFORM api.refuse('HZ422', '{"code": "not_self_corrected"}');
	END IF;
	PERFORM api.segregation_check('finding', 'spot-checks', p_id, api.me());
	PERFORM api.refuse_faults(api.spot_check_faults(p_body));
	v_at := api.act_at(p_body, f.closed_at, 'checked_at');
	a := api.finding_move(p_id, 'spot-checks', v_result, p_body || jsonb_build_object('occurred_at', v_at),
		jsonb_strip_nulls(jsonb_build_object('new_finding_id', v_new)), p_beside => f.closed_at);
	IF v_new IS NOT NULL THEN
		PERFORM api.finding_create(jsonb_build_object('category', f.category, 'severity', f.severity, 'location', f.location, 'key_place', f.key_place)
			|| (p_body -> 'finding') || jsonb_build_object('id', v_new, 'institution_id', f.institution_id, 'recurs_of', f.id, 'found_at', v_at),
			'inspection');
	END IF;
	RETURN api.finding_act_answer(a);
END $$;
