-- What a reporter does and reads, by receipt. All of it runs as the owner and takes the hash of a receipt: nobody has rights on the
-- tables. Nothing here tells an id, or a time finer than the hour.

-- The report of a receipt; 401 when nobody holds it.
CREATE FUNCTION api.reporter_report(p_hash bytea) RETURNS hz.report
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	r hz.report;
BEGIN
	SELECT * INTO r FROM hz.report WHERE receipt_hash = p_hash;
	IF NOT FOUND THEN
		PERFORM api.refuse('HZ401', '{"code": "receipt_unknown"}');
	END IF;
	RETURN r;
END $$;

-- The same, held to the end of the transaction.
CREATE FUNCTION api.reporter_lock(p_hash bytea) RETURNS hz.report
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	r hz.report := api.reporter_report(p_hash);
BEGIN
	PERFORM api.report_hold_district(r.district);
	SELECT * INTO r FROM hz.report WHERE id = r.id FOR UPDATE;
	RETURN r;
END $$;

-- Plain words in both languages, p_value put in where %s stands. NULL when there are none.
CREATE FUNCTION api.report_text(p_kind text, p_code text, p_value text DEFAULT '') RETURNS json
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT json_build_object('zh', replace(zh, '%s', coalesce(p_value, '')), 'en', replace(en, '%s', coalesce(p_value, '')))
	  FROM hz.report_text WHERE kind = p_kind AND code = p_code
$$;

CREATE FUNCTION api.reporter_allowed(r hz.report) RETURNS text[]
LANGUAGE sql STABLE AS $$
	SELECT ARRAY(SELECT c FROM unnest('{attachments,messages,withdrawals}'::text[]) c
		WHERE c = ANY (api.transition_allowed('whistleblower_report', r.state, 'nobody', p_kind => api.report_kind(r.audience, r.channel)))
		UNION ALL SELECT c FROM hz.report_reward w, unnest(api.transition_allowed('report_reward', w.state, 'nobody')) c WHERE w.report_id = r.id
		 ORDER BY 1)
$$;

-- What the reporter of r is told of, f being the one that is followed: r itself, unless it was merged. That it was, and what is asked of the
-- other's reporter, is not told; the state is that of the case.
CREATE FUNCTION api.reporter_state(r hz.report, f hz.report) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN r.state = 'merged' AND f.state = 'supplement' THEN f.state_before ELSE f.state END $$;

-- The day clock c of f is due for the reporter of r. A merged one was taken into what had begun before: it hears the day it would have by itself, from
-- the merge on, when that is later, or an earlier one would tell that there was somebody before.
CREATE FUNCTION api.reporter_due(r hz.report, c hz.report_clock) RETURNS date
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	l hz.time_limit;
BEGIN
	SELECT * INTO l FROM hz.time_limit WHERE (code, region, edition) = (c.kind, c.limit_region, c.limit_edition);
	RETURN CASE WHEN c.report_id = r.id OR l.code IS NULL THEN c.due_on ELSE greatest(c.due_on, api.period_end(api.day(r.ended_at), l.amount, l.day_kind)) END;
END $$;

-- What happens next and by when: the clock that runs out first, or what the state says.
CREATE FUNCTION api.reporter_next(r hz.report, f hz.report) RETURNS json
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_merged CONSTANT boolean := r.state = 'merged';
	v_paused CONSTANT boolean := f.paused_at IS NOT NULL AND (v_merged OR f.state <> 'supplement');
	v_open CONSTANT boolean := EXISTS (SELECT FROM jsonb_array_elements(api.reporter_findings(r, f)) e WHERE e ->> 'state' = 'open');
	c record;
	v_code text;
BEGIN
	SELECT k.kind, api.reporter_due(r, k) AS due INTO c FROM hz.report_clock k
	 WHERE k.report_id IN (f.id, r.id) AND k.ended_on IS NULL AND (f.state <> 'supplement' OR (k.kind = 'report_supplement') <> v_merged)
	   AND EXISTS (SELECT FROM hz.report_text t WHERE t.kind = 'next' AND t.code = k.kind)
	   -- of another's, what one's own could have as well: no ticket's
	   AND (k.report_id = r.id OR k.limit_region IS NOT NULL AND NOT EXISTS (SELECT FROM hz.time_limit l
		WHERE l.code = k.kind AND api.report_kind(f.audience, r.channel) <> ALL (l.kinds)))
	 ORDER BY 2, 1 LIMIT 1;
	v_code := CASE
		WHEN f.state IN ('rejected', 'transferred', 'returned', 'withdrawn', 'erased') THEN 'over'
		WHEN v_paused THEN 'paused'
		WHEN c.kind <> 'report_supplement' AND c.due < api.today() THEN 'late'
		WHEN c.kind IS NOT NULL THEN c.kind
		WHEN v_open THEN 'followed'
		WHEN f.state = 'fed_back' THEN 'over'
		ELSE 'open' END;
	RETURN json_build_object('text', api.report_text('next', v_code, c.due::text),
		'by', CASE WHEN v_code IN ('late', c.kind) THEN c.due END, 'late', v_code = 'late');
END $$;

-- A finding in plain words, and nothing by which it could be looked up. One merged into another goes with that.
CREATE FUNCTION api.reporter_finding(p_finding uuid, p_n bigint) RETURNS json
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	f hz.finding;
BEGIN
	SELECT * INTO f FROM hz.finding WHERE id = p_finding;
	FOR i IN 1..10 LOOP
		EXIT WHEN f.state <> 'merged';
		SELECT * INTO f FROM hz.finding WHERE id = f.merged_into;
	END LOOP;
	RETURN json_build_object('n', p_n, 'state', CASE WHEN f.state = 'closed' THEN 'closed' WHEN f.is_open THEN 'open' ELSE 'dropped' END,
		'text', api.report_text('finding', f.state), 'found_on', api.day(f.found_at), 'due_on', CASE WHEN f.is_open THEN f.due_on END,
		'closed_on', CASE WHEN NOT f.is_open THEN api.day(f.closed_at) END);
END $$;

-- All findings that came of it, in an order that says nothing. Of a merged one those found since it came: earlier ones are somebody else's.
CREATE FUNCTION api.reporter_findings(r hz.report, f hz.report) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT coalesce(jsonb_agg(api.reporter_finding(l.finding_id, l.n)::jsonb ORDER BY l.n), '[]')
	  FROM (SELECT g.id AS finding_id, row_number() OVER (ORDER BY g.found_at, g.id) AS n
		  FROM hz.report_finding x JOIN hz.finding g ON g.id = x.finding_id
		 WHERE x.report_id = f.id AND (r.id = f.id OR g.found_at >= r.received_at)) l
$$;

-- 属实，2 项问题已整改销号，1 项整改中。
CREATE FUNCTION api.reporter_summary(p_result text, p_findings jsonb) RETURNS json
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_result CONSTANT json := api.report_text('result', p_result);
	n record;
	v_zh text[];
	v_en text[];
BEGIN
	SELECT count(*) FILTER (WHERE e ->> 'state' = 'closed') AS closed, count(*) FILTER (WHERE e ->> 'state' = 'open') AS open,
	       count(*) FILTER (WHERE e ->> 'state' = 'dropped') AS dropped INTO n FROM jsonb_array_elements(p_findings) e;
	v_zh := ARRAY[v_result ->> 'zh', CASE WHEN n.closed > 0 THEN n.closed || ' 项问题已整改销号' END,
		CASE WHEN n.open > 0 THEN n.open || ' 项整改中' END, CASE WHEN n.dropped > 0 THEN n.dropped || ' 项不再跟踪' END];
	v_en := ARRAY[v_result ->> 'en', CASE WHEN n.closed > 0 THEN n.closed || ' put right and closed' END,
		CASE WHEN n.open > 0 THEN n.open || ' being put right' END, CASE WHEN n.dropped > 0 THEN n.dropped || ' no longer followed' END];
	RETURN json_build_object('zh', nullif(array_to_string(v_zh, '，'), ''), 'en', nullif(array_to_string(v_en, ', '), ''));
END $$;

-- Why it ended as it did: reason, words of the office, to whom it went. NULL where nothing of that is to be told.
CREATE FUNCTION api.reporter_reason(f hz.report) RETURNS json
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT json_build_object('zh', r.title_zh, 'en', r.title_en, 'note', a.note, 'to', a.detail ->> 'to')
	  FROM hz.report_act a LEFT JOIN hz.report_reason r ON (r.command, r.code) = (a.command, a.reason_code)
	 WHERE a.report_id = f.id AND a.to_state = f.state AND a.from_state <> a.to_state AND f.state IN ('rejected', 'transferred', 'returned')
	 ORDER BY a.n DESC LIMIT 1
$$;

-- The dialogue in numbers: what there is, and what of the office's has not been fetched yet.
CREATE FUNCTION api.reporter_messages_count(r hz.report) RETURNS json
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT json_build_object('total', count(*), 'unread', count(*) FILTER (WHERE author <> 'reporter' AND n > r.read_upto))
	  FROM hz.report_message WHERE report_id = r.id
$$;

CREATE FUNCTION api.reporter_json(r hz.report) RETURNS json
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	f CONSTANT hz.report := api.report_root(r);
	v_state CONSTANT text := api.reporter_state(r, f);
	v_findings CONSTANT jsonb := api.reporter_findings(r, f);
BEGIN
	RETURN json_build_object(
		'state', v_state,
		'text', api.report_text('state', CASE WHEN v_state = 'received' AND f.audience = 'institution' THEN 'received_institution' ELSE v_state END),
		'received_at', api.ts(r.received_at), 'mode', r.mode, 'audience', f.audience, 'channel', r.channel, 'external_number', r.external_number,
		'readers', api.report_words(f.audience) -> 'readers',
		'next', api.reporter_next(r, f), 'reason', api.reporter_reason(f),
		'result', f.result, 'summary', CASE WHEN f.result IS NOT NULL OR v_findings <> '[]' THEN api.reporter_summary(f.result, v_findings) END,
		'findings', v_findings, 'messages', api.reporter_messages_count(r),
		'attachments', (SELECT count(*) FROM hz.report_file WHERE report_id = r.id AND author = 'reporter'),
		'reward', api.reporter_reward(r), 'allowed', api.reporter_allowed(r));
END $$;

CREATE FUNCTION api.reporter_status(p_hash bytea) RETURNS api.answer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT 200, api.reporter_json(api.reporter_report(p_hash)), NULL::bigint, NULL::text
$$;

-- ---- the dialogue ----

CREATE FUNCTION api.reporter_message_json(m hz.report_message) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object('n', m.n, 'author', m.author, 'text', m.text, 'sent_at', api.ts(m.sent_at))
$$;

-- All of it, in order. What is fetched counts as read.
CREATE FUNCTION api.reporter_messages(p_hash bytea) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	r CONSTANT hz.report := api.reporter_report(p_hash);
	v_items json;
	v_last int;
BEGIN
	SELECT coalesce(json_agg(api.reporter_message_json(m) ORDER BY m.n), '[]'), max(m.n) INTO v_items, v_last
	  FROM hz.report_message m WHERE m.report_id = r.id;
	UPDATE hz.report SET read_upto = v_last WHERE id = r.id AND read_upto < v_last;
	RETURN ROW(200, json_build_object('items', v_items), NULL, NULL)::api.answer;
END $$;

-- What the reporter does in a state that waited for it ends the waiting.
CREATE FUNCTION api.reporter_step(r hz.report, p_command text, p_body jsonb DEFAULT '{}') RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM api.report_move(r.id, p_command, p_body => p_body);
	IF p_command <> 'withdrawals' THEN
		PERFORM api.report_supplemented(r.id);
	END IF;
END $$;

CREATE FUNCTION api.reporter_say(p_hash bytea, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	r hz.report := api.reporter_report(p_hash);
	v_conflicts uuid[];
	m hz.report_message;
BEGIN
	PERFORM api.report_hold_district(r.district);
	v_conflicts := api.report_conflicts(r.district, '{}', api.plain_words(p_body ->> 'text'), r.institution_id, NULL);
	IF NOT r.named_actors @> v_conflicts THEN
		PERFORM api.report_case_lock(r.id);
	END IF;
	r := api.reporter_lock(p_hash);
	IF (SELECT count(*) FROM hz.report_message WHERE report_id = r.id AND author = 'reporter') >= api.report_rule('messages_per_report') THEN
		PERFORM api.refuse_faults(jsonb_build_array(api.fault('', 'too_many', '留言已到一件举报的上限；请重新举报，或拨打 12350')));
	END IF;
	PERFORM api.reporter_step(r, 'messages');
	INSERT INTO hz.report_message (report_id, district, n, author, text, sent_at)
	SELECT r.id, r.district, 1 + coalesce(max(n), 0), 'reporter', p_body ->> 'text', api.hour(api.now())
	  FROM hz.report_message WHERE report_id = r.id
	RETURNING * INTO m;
	IF NOT r.named_actors @> v_conflicts THEN
		PERFORM api.report_judge_case(r.id, v_conflicts);
	END IF;
	RETURN ROW(201, api.reporter_message_json(m), NULL, '/v1/whistleblower-report/messages')::api.answer;
END $$;

CREATE FUNCTION api.reporter_withdraw(p_hash bytea, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	r hz.report := api.reporter_report(p_hash);
BEGIN
	PERFORM api.report_hold_district(r.district), api.report_case_lock(r.id);
	r := api.reporter_lock(p_hash);
	PERFORM api.reporter_step(r, 'withdrawals', p_body);
	PERFORM api.identity_requests_void(r.id);
	RETURN ROW(201, api.reporter_json(api.reporter_report(p_hash)), NULL, '/v1/whistleblower-report')::api.answer;
END $$;
