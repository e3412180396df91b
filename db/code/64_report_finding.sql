-- Findings that come of a report. The finding knows nothing of it: its source is `other`, as of any lead the office followed, and who
-- recorded it is shown to handlers alone.

-- A text without blanks and marks, small: what two are compared by.
CREATE FUNCTION api.bare_text(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
	SELECT lower(translate(p_text, E' \t\r\n\u00a0\u200b　!"#$%&''()*+,-./:;<=>?@[\\]^_`{|}~，。！？；：、“”‘’（）《》【】…—·～', ''))
$$;

/* Do these words repeat fifteen characters on end of what was said in report p_id, or in one that goes on with it; or the whole of a text that is
 * shorter, down to eight? Whoever knows the one would know the other. Fifteen on end hold one of the blocks of eight a text falls into, so the blocks
 * are looked for first: a report may have a million characters. */
CREATE FUNCTION api.report_quoted(p_id uuid, p_words text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_case CONSTANT uuid[] := ARRAY(SELECT api.report_case(p_id));
	v_words CONSTANT text := api.bare_text(p_words);
BEGIN
	RETURN EXISTS (
		SELECT FROM (SELECT api.bare_text(r.description) FROM hz.report r WHERE r.id = ANY (v_case)
				UNION ALL SELECT api.bare_text(m.text) FROM hz.report_message m WHERE m.report_id = ANY (v_case) AND m.author = 'reporter') said (text),
			generate_series(1, length(said.text) - 7, 8) b
		 WHERE strpos(v_words, substr(said.text, b, 8)) > 0 AND EXISTS (SELECT FROM generate_series(greatest(b - 7, 1), b) i
			WHERE length(substr(said.text, i, 15)) = least(15, length(said.text)) AND strpos(v_words, substr(said.text, i, 15)) > 0));
END $$;

CREATE FUNCTION api.report_finding_faults(r api.report_shown, p_body jsonb, i hz.institution) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_faults jsonb := '[]';
	v_member text;
BEGIN
	IF i.id IS NULL THEN
		v_faults := v_faults || api.fault('/institution_id', CASE WHEN p_body ->> 'institution_id' IS NULL THEN 'required' ELSE 'unknown_reference' END,
			'请写明隐患在哪家机构（须在这件举报的区县）');
	END IF;
	FOREACH v_member IN ARRAY '{category,severity,description}'::text[] LOOP
		IF p_body ->> v_member IS NULL THEN
			v_faults := v_faults || api.fault('/' || v_member, 'required', '登记隐患须写明这一项');
		END IF;
	END LOOP;
	IF api.report_quoted(r.id, concat_ws('|', p_body ->> 'description', p_body ->> 'location', p_body ->> 'key_place', p_body ->> 'suggestion')) THEN
		FOREACH v_member IN ARRAY '{description,location,key_place,suggestion}'::text[] LOOP
			IF api.report_quoted(r.id, p_body ->> v_member) THEN
				v_faults := v_faults || api.fault('/' || v_member, 'quotes_report', '照抄了举报的原文，会暴露来源；请按现场情况另写');
			END IF;
		END LOOP;
	END IF;
	RETURN v_faults;
END $$;

-- It is born as those of section chiefs are, who put down other leads (其他线索): by its birth it is none of its own kind.
CREATE FUNCTION api.report_finding_new(r api.report_shown, p_body jsonb) RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
	v_id CONSTANT uuid := api.uuid_v7();
	i hz.institution;
	f hz.finding;
BEGIN
	SELECT * INTO i FROM hz.institution WHERE id = coalesce(r.institution_id, (p_body ->> 'institution_id')::uuid) AND district = r.district;
	PERFORM api.refuse_faults(api.report_finding_faults(r, p_body, i));
	PERFORM api.act_begin(v_id, 'created', api.now(), NULL);
	INSERT INTO hz.finding (id, district, institution_id, institution_type, street, category, severity, source_kind, description, location,
		key_place, suggestion, found_at, state, last_act_at, created_at, created_by, updated_at)
	VALUES (v_id, i.district, i.id, i.type, i.street, p_body ->> 'category', p_body ->> 'severity', 'other', p_body ->> 'description',
		p_body ->> 'location', p_body ->> 'key_place', p_body ->> 'suggestion', api.now(), 'confirmed', api.now(), api.now(), api.me(), api.now())
	RETURNING * INTO f;
	INSERT INTO hz.finding_act (id, finding_id, district, institution_id, command, round, from_state, to_state, actor_id, role, occurred_at, recorded_at)
	VALUES (api.uuid_v7(), v_id, i.district, i.id, 'create', 1, '-', 'confirmed', api.me(), api.role(), api.now(), api.now());
	PERFORM api.clocks_follow(f, 'create', api.now());
	RETURN v_id;
END $$;

-- A finding that is there already, of the same institution.
CREATE FUNCTION api.report_finding_known(r api.report_shown, p_body jsonb) RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
	v_id CONSTANT uuid := (p_body ->> 'finding_id')::uuid;
	v_faults jsonb := '[]';
	v_member text;
BEGIN
	IF NOT EXISTS (SELECT FROM hz.finding f WHERE f.id = v_id AND f.district = r.district
		AND (r.institution_id IS NULL OR f.institution_id = r.institution_id)) THEN
		v_faults := v_faults || api.fault('/finding_id', 'unknown_reference', '没有这条隐患，或者它不属于这家机构');
	ELSIF EXISTS (SELECT FROM hz.report_finding l WHERE l.report_id = r.id AND l.finding_id = v_id) THEN
		v_faults := v_faults || api.fault('/finding_id', 'duplicate', '这条隐患已经关联');
	END IF;
	FOR v_member IN SELECT jsonb_object_keys(p_body - '{finding_id,note,occurred_at}'::text[]) LOOP
		v_faults := v_faults || api.fault('/' || v_member, 'not_expected', '关联已有的隐患时不写这一项');
	END LOOP;
	PERFORM api.refuse_faults(v_faults);
	RETURN v_id;
END $$;

CREATE FUNCTION api.report_finding(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	r CONSTANT api.report_shown := api.report_lock(p_id);
	v_finding uuid;
BEGIN
	PERFORM api.report_check(r, 'findings', '');
	v_finding := CASE WHEN p_body ? 'finding_id' THEN api.report_finding_known(r, p_body) ELSE api.report_finding_new(r, p_body) END;
	INSERT INTO hz.report_finding (report_id, district, finding_id) VALUES (r.id, r.district, v_finding);
	RETURN api.report_step(p_id, 'findings', p_body, '', jsonb_build_object('finding_id', v_finding));
END $$;
