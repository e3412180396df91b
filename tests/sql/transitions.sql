-- The life of a finding: the rows against the office's procedure, written out here once more by hand, and then every command, by every
-- role, from every state, under every condition: what has a row succeeds, what has none is refused in the right words.
BEGIN;
SELECT no_plan();
\ir lib/scene.psql

CREATE TEMPORARY TABLE wanted AS
SELECT command, outcome, f AS from_state, CASE to_state WHEN '=' THEN f ELSE to_state END AS to_state, severity, self_found, when_due, array_agg(r ORDER BY r) AS roles
  FROM (VALUES
	('create', '', '-', 'confirmed', '*', NULL::boolean, false, 'inspector section_chief'),
	('create', '', '-', 'reported', '*', NULL, false, 'street institution staff integration'),
	('confirmations', '', 'reported', 'confirmed', '*', NULL, false, 'inspector section_chief'),
	('confirmations', '', 'rectifying', 'confirmed', '*', true, false, 'inspector section_chief'),
	('dismissals', '', 'reported confirmed', 'dismissed', '*', NULL, false, 'section_chief'),
	('corrections', '', 'reported confirmed', 'closed', 'general', NULL, false, 'inspector'),
	('self-acceptances', '', 'reported rectifying', 'closed', 'general', true, false, 'institution'),
	('orders', '', 'confirmed', 'ordered', '*', NULL, false, 'inspector section_chief'),
	('progress-reports', '', 'reported', 'rectifying', 'general', true, false, 'institution'),
	('progress-reports', '', 'ordered rectifying', 'rectifying', '*', NULL, false, 'institution'),
	('plans', '', 'ordered', 'ordered', 'major', NULL, false, 'institution section_chief'),
	('extensions', '', 'ordered', 'ordered', '*', false, false, 'institution'),
	('extensions', '', 'rectifying', 'rectifying', '*', false, false, 'institution'),
	('reinspection-requests', '', 'rectifying', 'reinspection_requested', '*', NULL, false, 'institution'),
	('reinspections', 'passed', 'reinspection_requested', 'closed', 'general', NULL, false, 'inspector'),
	('reinspections', 'passed', 'ordered rectifying', 'closed', 'general', NULL, true, 'inspector'),
	('reinspections', 'passed', 'reinspection_requested', 'awaiting_closure', 'major', NULL, false, 'inspector'),
	('reinspections', 'passed', 'ordered rectifying', 'awaiting_closure', 'major', NULL, true, 'inspector'),
	('reinspections', 'failed', 'reinspection_requested', 'ordered', '*', NULL, false, 'inspector'),
	('reinspections', 'failed', 'ordered rectifying', 'ordered', '*', NULL, true, 'inspector'),
	('closure-approvals', 'granted', 'awaiting_closure', 'closed', 'major', NULL, false, 'leader'),
	('closure-approvals', 'refused', 'awaiting_closure', 'ordered', 'major', NULL, false, 'leader'),
	('merges', '', 'reported confirmed ordered rectifying reinspection_requested awaiting_closure', 'merged', 'general', NULL, false, 'section_chief'),
	('merges', '', 'reported confirmed ordered rectifying reinspection_requested awaiting_closure', 'merged', 'major', NULL, false, 'leader'),
	('voidings', '', 'reported confirmed ordered rectifying reinspection_requested awaiting_closure', 'voided', 'general', NULL, false, 'section_chief'),
	('voidings', '', 'reported confirmed ordered rectifying reinspection_requested awaiting_closure', 'voided', 'major', NULL, false, 'leader'),
	('terminations', '', 'reported confirmed ordered rectifying reinspection_requested awaiting_closure', 'terminated', 'general', NULL, false, 'section_chief'),
	('terminations', '', 'reported confirmed ordered rectifying reinspection_requested awaiting_closure', 'terminated', 'major', NULL, false, 'leader'),
	-- beside the state: = is where it comes from
	('interim-measures', '', 'reported confirmed ordered rectifying reinspection_requested awaiting_closure', '=', '*', NULL, false, 'section_chief'),
	('escalations', '', 'reported confirmed ordered rectifying reinspection_requested awaiting_closure', '=', 'major', NULL, false, 'section_chief leader'),
	('escalations', '', 'reported confirmed ordered rectifying reinspection_requested awaiting_closure', '=', 'major', true, false, 'institution'),
	('supervisions', 'list', 'reported confirmed ordered rectifying reinspection_requested awaiting_closure', '=', 'major', NULL, false, 'leader'),
	('supervisions', 'lift', 'reported confirmed ordered rectifying reinspection_requested awaiting_closure', '=', 'major', NULL, false, 'leader')
       ) v (command, outcome, froms, to_state, severity, self_found, when_due, roles),
       string_to_table(froms, ' ') f, string_to_table(roles, ' ') r
 GROUP BY 1, 2, 3, 4, 5, 6, 7;
-- Measures beside the state; of what comes back from another body the kind says what it was.
ALTER TABLE wanted ADD kinds text[];
INSERT INTO wanted
SELECT command, outcome, f, coalesce(to_state, f), '*', self_found, false, ARRAY[role]
  FROM (VALUES
	('referrals', 'copy', 'reported confirmed ordered rectifying reinspection_requested awaiting_closure closed transferred', NULL, NULL::boolean, 'section_chief'),
	('referrals', 'handover', 'reported confirmed ordered rectifying reinspection_requested awaiting_closure', 'transferred', NULL, 'section_chief'),
	('replies', 'closed', 'transferred', 'closed', NULL, 'section_chief'),
	('enforcement-measures', 'talk', 'confirmed ordered rectifying reinspection_requested awaiting_closure closed', NULL, NULL, 'section_chief'),
	('enforcement-measures', 'warning', 'confirmed ordered rectifying reinspection_requested awaiting_closure closed', NULL, NULL, 'section_chief'),
	('enforcement-measures', 'order_suspend', 'confirmed ordered rectifying reinspection_requested awaiting_closure', NULL, NULL, 'leader'),
	('enforcement-measures', 'resume', 'confirmed ordered rectifying reinspection_requested awaiting_closure closed merged voided dismissed', NULL, NULL, 'leader'),
	('enforcement-measures', 'penalty_case', 'confirmed ordered rectifying reinspection_requested awaiting_closure closed', NULL, NULL, 'leader'),
	('spot-checks', 'confirmed', 'closed', NULL, true, 'section_chief'),
	('spot-checks', 'rejected', 'closed', NULL, true, 'section_chief')
       ) v (command, outcome, froms, to_state, self_found, role), string_to_table(froms, ' ') f;
INSERT INTO wanted
SELECT 'replies', 'returned', 'transferred', f, '*', NULL, false, '{section_chief}', ARRAY[f]
  FROM string_to_table('reported confirmed ordered rectifying reinspection_requested awaiting_closure', ' ') f;
SELECT set_eq($$SELECT command, outcome, from_state, to_state, coalesce(severity, '*'), self_found, when_due, ARRAY(SELECT unnest(roles) ORDER BY 1), kinds FROM hz.transition WHERE resource = 'finding'$$,
	'SELECT command, outcome, from_state, to_state, severity, self_found, when_due, roles, kinds FROM wanted', 'the rows are the procedure');

-- One finding; its state and conditions are set anew for each trial, and the trial is undone. Due on the third day or on the clock's own.
INSERT INTO hz.finding (id, district, institution_id, institution_type, street, category, severity, source_kind, description, found_at, state, last_act_at, created_by)
VALUES ('00000000-0000-7000-8000-0000000000f1', '500103', '00000000-0000-7000-8000-0000000000a1', 'elderly_care', '500103001', 'fire', 'general', 'self', 'x',
	api.now() - interval '9 days', 'reported', api.now() - interval '9 days', '00000000-0000-7000-8000-000000000006');

CREATE FUNCTION pg_temp.try(p_command text, p_outcome text, p_state text, p_role text, p_severity text, p_self boolean, p_due boolean, p_kind text DEFAULT NULL) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	v_detail text;
	v_state text;
	v_evidence jsonb := CASE WHEN p_command IN ('corrections', 'self-acceptances')
		THEN format('{"attachments": [{"sha256": "%s", "role": "after"}]}', repeat('e5', 32)) ELSE '{}' END;
	a hz.finding_act;
BEGIN
	UPDATE hz.finding SET state = p_state, severity = p_severity, source_kind = CASE WHEN p_self THEN 'self' ELSE 'street' END,
		supervised = p_outcome = 'lift' AND p_state IN ('reported', 'confirmed', 'ordered', 'rectifying', 'reinspection_requested', 'awaiting_closure'),
		due_on = api.today() + CASE WHEN p_due THEN 0 ELSE 1 END,
		closed_at = CASE WHEN p_state IN ('closed', 'dismissed', 'merged', 'voided', 'terminated', 'transferred') THEN api.now() - interval '1 day' END,
		merged_into = CASE WHEN p_state = 'merged' THEN '00000000-0000-7000-8000-0000000000f0'::uuid END
	 WHERE id = '00000000-0000-7000-8000-0000000000f1';
	PERFORM set_config('app.actor', '00000000-0000-7000-8000-000000000001', true), set_config('app.role', p_role, true);
	a := api.finding_move('00000000-0000-7000-8000-0000000000f1', p_command, p_outcome, v_evidence, '{}', p_outcome IN ('failed', 'refused'),
		CASE WHEN p_command = 'merges' THEN '00000000-0000-7000-8000-0000000000f0'::uuid END, p_kind => p_kind);
	SELECT state INTO v_state FROM hz.finding WHERE id = a.finding_id AND is_open = (closed_at IS NULL);
	RAISE EXCEPTION USING ERRCODE = 'HZ200', MESSAGE = 'to ' || v_state || CASE WHEN a.to_state <> v_state OR a.from_state <> p_state THEN ' but not in the act' ELSE '' END;
EXCEPTION WHEN OTHERS THEN
	IF SQLSTATE = 'HZ200' THEN
		RETURN SQLERRM;
	END IF;
	GET STACKED DIAGNOSTICS v_detail = PG_EXCEPTION_DETAIL;
	RETURN SQLSTATE || ' ' || coalesce(v_detail::jsonb ->> 'code', SQLERRM);
END $$;
INSERT INTO hz.finding (id, district, institution_id, institution_type, street, category, severity, source_kind, description, found_at, state, last_act_at, created_by)
VALUES ('00000000-0000-7000-8000-0000000000f0', '500103', '00000000-0000-7000-8000-0000000000a1', 'elderly_care', '500103001', 'fire', 'general', 'self', 'x',
	api.now(), 'reported', api.now(), '00000000-0000-7000-8000-000000000006');

-- The five things are settled in this round; without them two ways are closed to a major one.
SELECT is(ARRAY[pg_temp.try('progress-reports', '', 'ordered', 'institution', 'major', false, true), pg_temp.try('reinspections', 'passed', 'ordered', 'inspector', 'major', false, true),
		pg_temp.try('reinspections', 'failed', 'ordered', 'inspector', 'major', false, true), pg_temp.try('progress-reports', '', 'ordered', 'institution', 'general', false, true)],
	'{HZ422 plan_required,HZ422 plan_required,to ordered,to rectifying}', 'not without a plan');
INSERT INTO hz.finding_act (id, finding_id, district, institution_id, command, round, from_state, to_state, actor_id, role, occurred_at)
SELECT '00000000-0000-7000-8000-0000000000d1', id, district, institution_id, 'plans', 1, 'ordered', 'ordered', created_by, 'institution', last_act_at
  FROM hz.finding WHERE id = '00000000-0000-7000-8000-0000000000f1';

ALTER TABLE hz.finding DISABLE TRIGGER event;
CREATE TEMPORARY TABLE trial AS
SELECT c.command, c.outcome, s.state, r.role, v.severity, f.self, d.due, k.kind,
       pg_temp.try(c.command, c.outcome, s.state, r.role, v.severity, f.self, d.due, k.kind) AS got
  FROM (SELECT DISTINCT command, outcome FROM wanted WHERE command <> 'create') c,
       (SELECT unnest('{reported,confirmed,ordered,rectifying,reinspection_requested,awaiting_closure,closed,dismissed,merged,voided,terminated,transferred}'::text[])) s (state),
       (SELECT unnest('{section_chief,inspector,leader,institution,street}'::text[])) r (role),
       (VALUES ('general'), ('major')) v (severity), (VALUES (true), (false)) f (self), (VALUES (true), (false)) d (due),
       LATERAL (SELECT unnest(w.kinds) AS kind FROM wanted w WHERE w.command = c.command AND w.outcome = c.outcome
		UNION SELECT NULL WHERE NOT EXISTS (SELECT FROM wanted w WHERE w.command = c.command AND w.outcome = c.outcome AND w.kinds IS NOT NULL)) k
 WHERE d.due OR c.command = 'reinspections';	-- nothing else asks whether the day has come

CREATE FUNCTION pg_temp.fits(w wanted, t trial) RETURNS boolean LANGUAGE sql AS $$
	SELECT w.command = t.command AND w.outcome = t.outcome AND w.from_state = t.state AND w.severity IN ('*', t.severity)
	   AND (w.self_found IS NULL OR w.self_found = t.self) AND (NOT w.when_due OR t.due) AND (w.kinds IS NULL OR t.kind = ANY (w.kinds))
$$;
-- What the hand-written table says of each trial: the state it leads to; 403 where another role could; 409 where nobody could.
CREATE TEMPORARY VIEW said AS
SELECT t.*, coalesce(
	(SELECT 'to ' || w.to_state FROM wanted w WHERE pg_temp.fits(w, t) AND t.role = ANY (w.roles)),
	(SELECT 'HZ403 forbidden' FROM wanted w WHERE pg_temp.fits(w, t) LIMIT 1),
	'HZ409 invalid_state') AS want
  FROM trial t;
SELECT cmp_ok(count(*), '=', (20 + 2 + 10 + 6) * 12 * 5 * 4::bigint, 'every trial was made') FROM trial;
SELECT is(ARRAY(SELECT format('%s %s by %s from %s (%s, self %s, due %s): %s, not %s', command, outcome, role, state, severity, self, due, got, want)
	FROM said WHERE got <> want ORDER BY 1 LIMIT 10), '{}', 'each went as the procedure has it');
SELECT cmp_ok(count(*) FILTER (WHERE got LIKE 'to %'), '>', 100::bigint, 'many moved') FROM trial;
SELECT is((SELECT state FROM hz.finding WHERE id = '00000000-0000-7000-8000-0000000000f1'), 'reported', 'and every trial was undone');

-- What is allowed now is what a trial would not refuse.
SELECT is(ARRAY(SELECT t.state || ' ' || t.role || ' ' || t.severity || ' ' || t.self || ' ' || t.due
	  FROM trial t
	 WHERE t.due
	 GROUP BY t.state, t.role, t.severity, t.self, t.due
	HAVING coalesce(array_agg(DISTINCT t.command ORDER BY t.command) FILTER (WHERE t.got LIKE 'to %'), '{}')
		IS DISTINCT FROM api.transition_allowed('finding', t.state, t.role, t.severity, t.self, t.due)), '{}', 'allowed lists just these');

-- Once the office has ordered something, the institution's own loop is over.
SELECT is(api.finding_self(f), true, 'its own loop') FROM hz.finding f WHERE id = '00000000-0000-7000-8000-0000000000f1';
INSERT INTO hz.rectification_order (id, district, institution_id, institution_type, street, number, issued_at, actor_id, created_by)
SELECT '00000000-0000-7000-8000-0000000000e1', district, institution_id, institution_type, street, '1', api.now(), created_by, created_by FROM hz.finding WHERE id = '00000000-0000-7000-8000-0000000000f1';
INSERT INTO hz.rectification_order_item (id, order_id, district, institution_id, n, finding_id, round, requirement, days)
SELECT '00000000-0000-7000-8000-0000000000e2', '00000000-0000-7000-8000-0000000000e1', district, institution_id, 1, id, 1, 'x', 3 FROM hz.finding WHERE id = '00000000-0000-7000-8000-0000000000f1';
UPDATE hz.finding SET order_item_id = '00000000-0000-7000-8000-0000000000e2', state = 'rectifying' WHERE id = '00000000-0000-7000-8000-0000000000f1';
SELECT is(pg_temp.refused('home', $$api.finding_act('00000000-0000-7000-8000-0000000000f1', 'self-acceptances', $1)$$, '{}') - 'status',
	'{"code": "invalid_state", "state": "rectifying", "allowed": ["extensions", "progress-reports", "reinspection-requests"]}', 'no self-acceptance under an order');

SELECT finish();
ROLLBACK;
