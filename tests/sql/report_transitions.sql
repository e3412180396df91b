-- The life of a report: the rows against the procedure, written out here once more by hand, and then every command, by every role, from every
-- state, of reports by web, of 12345 and of those an institution was told, with the clock running and paused.
BEGIN;
SELECT no_plan();
\ir lib/scene.psql

CREATE TEMPORARY TABLE wanted AS
SELECT command, outcome, f AS from_state, to_state, kinds, array_agg(r ORDER BY r) AS roles
  FROM (VALUES
	('create', '', '-', 'received', NULL, 'nobody handler integration'),
	('sign-offs', '', 'received', 'received', '12345', 'handler'),
	('acceptances', '', 'received', 'accepted', 'web 12350 12345 letter visit other_system', 'handler'),
	('rejections', '', 'received', 'rejected', 'web 12350 12345 letter visit other_system', 'handler'),
	('returns', '', 'received', 'returned', '12350 12345 other_system', 'handler'),
	('transfers', 'forwarded', 'received', 'transferred', 'web 12350 12345 letter visit other_system', 'handler'),
	('transfers', 'handed_over', 'received', 'transferred', 'web 12350 12345 letter visit other_system', 'handler'),
	('escalations', '', 'received', 'received', 'institution', 'handler job'),
	('verifications', '', 'accepted verifying', 'verifying', NULL, 'handler'),
	('conclusions', 'substantiated', 'verifying', 'concluded', NULL, 'handler'),
	('conclusions', 'partly_substantiated', 'verifying', 'concluded', NULL, 'handler'),
	('conclusions', 'unsubstantiated', 'verifying', 'concluded', NULL, 'handler'),
	('feedbacks', '', 'concluded', 'fed_back', NULL, 'handler'),
	('feedbacks', '', 'received', 'fed_back', 'institution', 'institution'),
	('callbacks', 'satisfied', 'fed_back', 'fed_back', NULL, 'handler'),
	('callbacks', 'dissatisfied', 'fed_back', 'fed_back', NULL, 'handler'),
	('reopenings', '', 'concluded fed_back', 'verifying', NULL, 'handler'),
	('supplement-requests', '', 'accepted verifying', 'supplement', NULL, 'handler'),
	('supplements', 'accepted', 'supplement', 'accepted', NULL, 'nobody'),
	('supplements', 'verifying', 'supplement', 'verifying', NULL, 'nobody'),
	('resumptions', 'accepted', 'supplement', 'accepted', NULL, 'handler'),
	('resumptions', 'verifying', 'supplement', 'verifying', NULL, 'handler'),
	('assignments', '', 'accepted verifying', '', NULL, 'handler'),
	('pauses', '', 'accepted verifying', '', NULL, 'handler'),
	('resumptions', '', 'accepted verifying', '', NULL, 'handler'),
	('extensions', '', 'accepted verifying', '', NULL, 'handler'),
	('findings', '', 'accepted verifying concluded', '', NULL, 'handler'),
	('identity-requests', '', 'accepted verifying supplement concluded fed_back', '', NULL, 'handler'),
	('replies', '', 'received accepted rejected transferred returned verifying supplement concluded fed_back withdrawn merged', '', NULL, 'street'),
	('messages', '', 'received accepted rejected transferred verifying supplement concluded fed_back merged', '', NULL, 'handler nobody'),
	('messages', '', 'received accepted rejected transferred verifying supplement concluded fed_back merged', '', 'institution', 'institution'),
	('attachments', '', 'received accepted rejected transferred verifying supplement concluded fed_back merged', '', NULL, 'nobody'),
	('merges', '', 'received accepted verifying supplement', 'merged', NULL, 'handler'),
	('rewards', '', 'concluded fed_back', '', NULL, 'leader'),
	('holds', '', 'received accepted rejected transferred returned verifying supplement withdrawn merged', '', NULL, 'handler'),
	('holds', '', 'concluded fed_back', '', NULL, 'handler leader'),
	('releases', '', 'received accepted rejected transferred returned verifying supplement withdrawn merged', '', NULL, 'handler'),
	('releases', '', 'concluded fed_back', '', NULL, 'handler leader'),
	('erasures', '', 'rejected transferred returned fed_back withdrawn merged', 'erased', NULL, 'job'),
	('withdrawals', '', 'received accepted rejected transferred verifying supplement concluded fed_back merged', 'withdrawn', NULL, 'nobody')
       ) v (command, outcome, froms, goes_to, kinds, roles),
       string_to_table(froms, ' ') f, string_to_table(roles, ' ') r, coalesce(nullif(goes_to, ''), f) to_state
 GROUP BY 1, 2, 3, 4, 5;
SELECT set_eq($$SELECT command, outcome, from_state, to_state, array_to_string(kinds, ' '), ARRAY(SELECT unnest(roles) ORDER BY 1) FROM hz.transition
		WHERE resource = 'whistleblower_report' AND severity IS NULL AND self_found IS NULL AND NOT when_due$$,
	'SELECT command, outcome, from_state, to_state, kinds, roles FROM wanted', 'the rows are the procedure');

INSERT INTO hz.report (id, district, institution_id, institution_type, street, mode, subject_kind, description, state, received_at, updated_at)
SELECT '00000000-0000-4000-8000-0000000000f1', district, id, type, street, 'anonymous', 'violation', 'x', 'received', api.now() - interval '9 days', api.now()
  FROM hz.institution WHERE code = 'TESTAAA';

CREATE FUNCTION pg_temp.try(p_command text, p_outcome text, p_state text, p_role text, p_kind text, p_paused boolean) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	v_detail text;
	r hz.report;
	a hz.report_act;
BEGIN
	UPDATE hz.report SET state = p_state, state_before = CASE WHEN p_state = 'supplement' THEN 'accepted' END,
		channel = CASE p_kind WHEN 'institution' THEN 'web' ELSE p_kind END, audience = CASE p_kind WHEN 'institution' THEN 'institution' ELSE 'bureau' END,
		paused_at = CASE WHEN p_paused THEN api.now() - interval '3 days' END
	 WHERE id = '00000000-0000-4000-8000-0000000000f1';
	PERFORM set_config('app.actor', '00000000-0000-7000-8000-000000000001', true), set_config('app.role', p_role, true);
	a := api.report_move('00000000-0000-4000-8000-0000000000f1', p_command, p_outcome);
	SELECT * INTO r FROM hz.report WHERE id = a.report_id;
	RAISE EXCEPTION USING ERRCODE = 'HZ200', MESSAGE = 'to ' || r.state || CASE
		WHEN a.to_state <> r.state OR a.from_state <> p_state OR a.n <> 1 OR a.role <> p_role THEN ' but not in the act'
		WHEN (r.ended_at IS NOT NULL) <> (r.state IN ('rejected', 'transferred', 'returned', 'fed_back', 'withdrawn', 'merged') AND p_state <> r.state) THEN ' but its end is wrong'
		WHEN p_role = 'handler' AND p_state <> r.state AND r.audience <> 'bureau' THEN ' but not the bureau''s'
		ELSE '' END;
EXCEPTION WHEN OTHERS THEN
	IF SQLSTATE = 'HZ200' THEN
		RETURN SQLERRM;
	END IF;
	GET STACKED DIAGNOSTICS v_detail = PG_EXCEPTION_DETAIL;
	RETURN SQLSTATE || ' ' || coalesce(v_detail::jsonb ->> 'code', SQLERRM);
END $$;

CREATE TEMPORARY TABLE trial AS
SELECT c.command, c.outcome, s.state, r.role, k.kind, p.paused, pg_temp.try(c.command, c.outcome, s.state, r.role, k.kind, p.paused) AS got
  FROM (SELECT DISTINCT command, outcome FROM wanted WHERE command <> 'create') c,
       unnest('{received,accepted,rejected,transferred,returned,verifying,supplement,concluded,fed_back,withdrawn,merged,erased}'::text[]) s (state),
       unnest('{handler,nobody,job,street,institution,leader,custodian,inspector}'::text[]) r (role),
       unnest('{web,12345,institution}'::text[]) k (kind), unnest('{false,true}'::boolean[]) p (paused)
 -- only what is worked on stands still
 WHERE NOT p.paused AND s.state <> 'supplement' OR p.paused AND s.state IN ('accepted', 'verifying', 'supplement');

CREATE FUNCTION pg_temp.fits(w wanted, t trial) RETURNS boolean LANGUAGE sql AS $$
	SELECT w.command = t.command AND w.outcome = t.outcome AND w.from_state = t.state AND (w.kinds IS NULL OR t.kind = ANY (string_to_array(w.kinds, ' ')))
$$;
-- a pause is not made twice nor ended before it is made, a hold not released before; a supplement is from before it began
CREATE FUNCTION pg_temp.idle(t trial) RETURNS boolean LANGUAGE sql AS $$
	SELECT t.paused AND t.command IN ('pauses', 'extensions') OR NOT t.paused AND t.command = 'resumptions' OR t.command = 'releases'
$$;
CREATE TEMPORARY VIEW said AS
SELECT t.*, coalesce(
	(SELECT CASE WHEN pg_temp.idle(t) THEN 'HZ409 invalid_state' ELSE 'to ' || w.to_state END FROM wanted w WHERE pg_temp.fits(w, t) AND t.role = ANY (w.roles)),
	(SELECT 'HZ403 forbidden' FROM wanted w WHERE pg_temp.fits(w, t) LIMIT 1), 'HZ409 invalid_state') AS want
  FROM trial t;
SELECT cmp_ok(count(*), '>', 7000::bigint, 'every trial was made') FROM trial;
SELECT is(ARRAY(SELECT format('%s %s by %s from %s (%s, paused %s): %s, not %s', command, outcome, role, state, kind, paused, got, want)
	FROM said WHERE got <> want ORDER BY 1 LIMIT 10), '{}', 'each went as the procedure has it');
SELECT cmp_ok(count(*) FILTER (WHERE got LIKE 'to %'), '>', 150::bigint, 'many moved') FROM trial;

SELECT finish();
ROLLBACK;
