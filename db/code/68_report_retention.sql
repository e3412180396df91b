-- Retention: a legal hold keeps a report; what has reached its end is erased by the owner's command or, where the office says so, by the job.

CREATE FUNCTION api.report_hold(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	v_answer CONSTANT api.answer := api.report_step(p_id, 'holds', jsonb_build_object('note', p_body ->> 'reason'));
BEGIN
	UPDATE hz.report SET hold_reason = p_body ->> 'reason' WHERE id = p_id;
	RETURN v_answer;
END $$;

CREATE FUNCTION api.report_release(p_id uuid, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	v_answer CONSTANT api.answer := api.report_step(p_id, 'releases', jsonb_build_object('note', p_body ->> 'reason'));
BEGIN
	UPDATE hz.report SET hold_reason = NULL WHERE id = p_id;
	RETURN v_answer;
END $$;

-- ---- the owner's, from here on ----

-- How many months report r is kept after its end: the row of its state and result, or else of its state.
CREATE FUNCTION api.report_months(r hz.report) RETURNS int
LANGUAGE sql STABLE AS $$
	SELECT t.months FROM hz.report_retention t
	 WHERE t.state = r.state AND t.result IN ('', coalesce(r.result, '')) AND t.effective_from <= api.today()
	   AND (t.effective_to IS NULL OR t.effective_to >= api.today())
	 ORDER BY t.result DESC, t.effective_from DESC LIMIT 1
$$;

-- The day report r may be erased on: months after its end, and some days after the last that was done or said; a merged one with the one it went
-- into. NULL: it has not ended.
CREATE FUNCTION api.report_erase_on(r hz.report) RETURNS date
LANGUAGE plpgsql STABLE AS $$
DECLARE
	f CONSTANT hz.report := api.report_root(r);
	v_last CONSTANT date := (SELECT api.day(max(recorded_at)) FROM hz.report_act WHERE report_id = r.id);
	v_due CONSTANT date := greatest((api.day(r.ended_at) + make_interval(months => api.report_months(r)))::date,
		v_last + api.report_rule('retention_quiet_days')::int);
BEGIN
	RETURN CASE WHEN r.ended_at IS NULL OR api.report_months(r) IS NULL THEN NULL
		WHEN f.id = r.id OR f.state = 'erased' THEN v_due
		WHEN api.report_erase_on(f) IS NOT NULL THEN greatest(v_due, api.report_erase_on(f)) END;
END $$;

-- Why a report that is due stays: held, findings still followed, a reward not fetched yet, an identity asked for not long ago: of itself or of one it
-- goes on with. NULL: nothing keeps it.
CREATE FUNCTION api.report_kept_by(r hz.report) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT CASE
		WHEN EXISTS (SELECT FROM hz.report m WHERE m.id IN (SELECT api.report_case(r.id)) AND m.hold_reason IS NOT NULL) THEN 'held'
		WHEN EXISTS (SELECT FROM hz.report_finding l JOIN hz.finding f ON f.id = l.finding_id
			WHERE l.report_id IN (SELECT api.report_case(r.id)) AND f.is_open) THEN 'findings_open'
		WHEN EXISTS (SELECT FROM hz.report_reward w WHERE w.report_id IN (SELECT api.report_case(r.id)) AND w.state IN ('granted', 'collecting')
			AND w.collect_by >= api.today()) THEN 'reward_not_collected'
		WHEN EXISTS (SELECT FROM hz.identity_request q WHERE q.report_id IN (SELECT api.report_case(r.id)) AND q.state = 'pending'
			AND api.day(q.requested_at) > api.today() - api.report_rule('identity_request_days')::int) THEN 'identity_asked_for' END
$$;

-- All that is due in a district (NULL: anywhere), oldest first. Reports stand under their pseudonyms.
CREATE FUNCTION api.reports_due(p_district text DEFAULT NULL)
RETURNS TABLE (id uuid, pseudonym uuid, district text, state text, result text, erase_on date, kept_by text, messages bigint, files bigint)
LANGUAGE sql STABLE AS $$
	SELECT d.id, d.pseudonym, d.district, d.state, d.result, d.erase_on, api.report_kept_by(d.r),
	       (SELECT count(*) FROM hz.report_message m WHERE m.report_id = d.id), (SELECT count(*) FROM hz.report_file f WHERE f.report_id = d.id)
	  FROM (SELECT r, r.id, r.pseudonym, r.district, r.state, r.result, api.report_erase_on(r) AS erase_on FROM hz.report r
		 WHERE r.state <> 'erased' AND r.ended_at < api.now() AND (p_district IS NULL OR r.district = p_district) OFFSET 0) d
	 WHERE d.erase_on <= api.today()
	 ORDER BY d.erase_on, d.pseudonym
$$;

-- What hangs on a report: words, files, links to findings, reasons. That there were acts and messages, and what was paid, stays.
CREATE FUNCTION api.report_erase_rest(p_id uuid) RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	PERFORM api.report_files_erase(p_id);
	UPDATE hz.report_act SET note = NULL, reason_code = NULL, detail = '{}', occurred_at = api.month(occurred_at), recorded_at = api.month(recorded_at) WHERE report_id = p_id;
	UPDATE hz.report_message SET text = NULL, sent_at = api.month(sent_at) WHERE report_id = p_id;
	UPDATE hz.report_file SET sent_at = api.month(sent_at) WHERE report_id = p_id;
	UPDATE hz.report_reward SET reason = NULL, fine = NULL, explanation = '[]', code_hash = NULL, granted_at = api.month(granted_at),
	       collected_at = api.month(collected_at), collect_by = date_trunc('month', collect_by)::date WHERE report_id = p_id;
	DELETE FROM hz.report_finding WHERE report_id = p_id;
	DELETE FROM hz.report_assignment WHERE report_id = p_id;
	DELETE FROM hz.report_clock WHERE report_id = p_id;
	DELETE FROM hz.identity_request WHERE report_id = p_id;
END $$;

/* Erases one report. What stays is what statistics count: district, months, channel, subject, category, result, and in state_before how it ended; and
 * its pseudonym, so that the audit log can still be read. No institution, no street, no name, no receipt, no time finer than the month. */
CREATE FUNCTION api.report_erase(p_id uuid) RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	r hz.report;
BEGIN
	SELECT * INTO STRICT r FROM hz.report WHERE id = p_id FOR UPDATE;
	PERFORM set_config('app.role', 'job', true);
	PERFORM api.report_move(p_id, 'erasures');
	PERFORM api.report_erase_rest(p_id);
	UPDATE hz.report
	   SET state_before = r.state, institution_id = NULL, institution_type = NULL, street = NULL, institution_name = NULL, audience = 'bureau', description = NULL,
	       happened_at = NULL, external_number = NULL, identity_box = NULL, custodian_key_id = NULL, receipt_hash = NULL, paused_at = NULL,
	       named_persons = '[]', named_names = '{}', named_actors = '{}', leader_sees = false, handler_id = NULL, merged_into = NULL, taken_by = NULL,
	       signed_at = NULL, hold_reason = NULL, read_upto = 0, received_at = api.month(r.received_at), ended_at = api.month(r.ended_at)
	 WHERE id = p_id;
END $$;

-- How many steps of merging lie above a report.
CREATE FUNCTION api.report_depth(p_id uuid) RETURNS bigint
LANGUAGE sql STABLE AS $$
	WITH RECURSIVE up AS (SELECT id, state, merged_into FROM hz.report WHERE id = p_id
		UNION SELECT p.id, p.state, p.merged_into FROM up JOIN hz.report p ON p.id = up.merged_into AND up.state = 'merged')
	SELECT count(*) FROM up
$$;

-- Erases what is due and kept by nothing, at most p_limit. A merged one goes before the one it went into. Returns how many.
CREATE FUNCTION api.reports_erase(p_limit int, p_district text DEFAULT NULL) RETURNS int
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	v_id uuid;
	v_gone int := 0;
BEGIN
	FOR v_id IN SELECT d.id FROM api.reports_due(p_district) d WHERE d.kept_by IS NULL ORDER BY api.report_depth(d.id) DESC, d.erase_on LIMIT p_limit LOOP
		-- what keeps it may have come since the list was made; and what it holds together goes first
		PERFORM FROM hz.report WHERE id = v_id FOR UPDATE;
		CONTINUE WHEN (SELECT api.report_kept_by(r) IS NOT NULL OR coalesce(api.report_erase_on(r) > api.today(), true) FROM hz.report r WHERE r.id = v_id)
			OR EXISTS (SELECT FROM hz.report m WHERE m.merged_into = v_id AND m.state = 'merged');
		PERFORM api.report_erase(v_id);
		v_gone := v_gone + 1;
	END LOOP;
	RETURN v_gone;
END $$;

-- Only where the office has said so (report_rule erase_by_itself).
CREATE FUNCTION api.job_erase_reports() RETURNS int
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RETURN CASE WHEN api.report_rule('erase_by_itself') = 1 THEN api.reports_erase(100) ELSE 0 END;
END $$;
