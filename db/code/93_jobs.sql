-- What the background job does; it runs as hz_jobs, one leader at a time.

-- Gives the next positions, in id order, to events whose transactions ended before every transaction still running began:
-- nothing can turn up before them any more. Returns how many it gave, at most p_limit.
CREATE FUNCTION api.job_sequence_events(p_limit int) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
	v_head bigint;
	v_given int;
BEGIN
	SELECT position INTO v_head FROM hz.event_head FOR UPDATE;
	UPDATE hz.event e
	   SET position = v_head + n.n
	  FROM (SELECT id, row_number() OVER (ORDER BY id) AS n
		  FROM (SELECT id FROM hz.event
			 WHERE position IS NULL AND xid < pg_snapshot_xmin(pg_current_snapshot())
			 ORDER BY id LIMIT p_limit) w) n
	 WHERE e.id = n.id;
	GET DIAGNOSTICS v_given = ROW_COUNT;
	IF v_given > 0 THEN
		UPDATE hz.event_head SET position = v_head + v_given;
	END IF;
	RETURN v_given;
END $$;

-- Lets answers go that were kept for repeated requests: 24 hours are promised, 48 are kept.
CREATE FUNCTION api.job_expire_answers() RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
	v_gone int;
BEGIN
	DELETE FROM hz.idempotency WHERE created_at < now() - interval '48 hours';
	GET DIAGNOSTICS v_gone = ROW_COUNT;
	RETURN v_gone;
END $$;

-- Reports that an institution was told and has not answered in time go to the bureau. Returns how many went.
CREATE FUNCTION api.job_escalate_reports() RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_id uuid;
	v_gone int := 0;
BEGIN
	PERFORM set_config('app.role', 'job', true);
	FOR v_id IN
		SELECT r.id FROM hz.report_clock c JOIN hz.report r ON r.id = c.report_id
		 WHERE c.kind = 'report_institution_answer' AND c.ended_on IS NULL AND c.due_on < api.today()
		   AND r.audience = 'institution' AND r.state = 'received'
		 ORDER BY r.id LIMIT 500 FOR UPDATE OF r SKIP LOCKED
	LOOP
		PERFORM api.report_move(v_id, 'escalations', '', '{"note": "本机构未在时限内答复，转由民政局办理"}');
		v_gone := v_gone + 1;
	END LOOP;
	RETURN v_gone;
END $$;
