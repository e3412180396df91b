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
