-- Take every step in the order of time, each as its actor and by the functions the API calls, so that events, acts and
-- deadlines come out as if it had happened. The clock is set to the step's own time (tests use the same switch).

CREATE TEMPORARY TABLE demo_function (op text PRIMARY KEY, call text);
INSERT INTO demo_function VALUES
	('institutions',                   'api.institution_create($2)'),
	('attachments',                    'api.attachment_record($2 ->> ''sha256'', ($2 ->> ''size'')::bigint, $2 ->> ''type'', $2 ->> ''name'', NULL, false)'),
	('campaigns',                      'api.campaign_create($2)'),
	('inspections',                    'api.inspection_create($2)'),
	('inspections/notices',            'api.inspection_notice($1, $2)'),
	('inspections/starts',             'api.inspection_start($1, $2)'),
	('inspections/answers',            'api.inspection_answers_put($1, $2)'),
	('inspections/submissions',        'api.inspection_submit($1, $2)'),
	('inspections/signatures',         'api.inspection_sign($1, $2)'),
	('inspections/cancellations',      'api.inspection_cancel($1, $2)'),
	('findings',                       'api.finding_create($2)'),
	('findings/confirmations',         'api.finding_confirm($1, $2)'),
	('findings/dismissals',            'api.finding_act($1, ''dismissals'', $2)'),
	('findings/corrections',           'api.finding_act($1, ''corrections'', $2)'),
	('findings/self-acceptances',      'api.finding_act($1, ''self-acceptances'', $2)'),
	('findings/orders',                'api.finding_order($1, $2)'),
	('findings/progress-reports',      'api.finding_progress($1, $2)'),
	('findings/reinspection-requests', 'api.finding_act($1, ''reinspection-requests'', $2)'),
	('findings/reinspections',         'api.finding_reinspect($1, $2)'),
	('findings/plans',                 'api.finding_plan($1, $2)'),
	('findings/escalations',           'api.finding_escalate($1, $2)'),
	('findings/supervisions',          'api.finding_supervise($1, $2)'),
	('findings/interim-measures',      'api.finding_secure($1, $2)'),
	('findings/extensions',            'api.extension_request($1, $2)'),
	('extensions/decisions',           'api.extension_decide($1, $2)'),
	('findings/merges',                'api.finding_merge($1, $2)'),
	('findings/voidings',              'api.finding_act($1, ''voidings'', $2)'),
	('findings/terminations',          'api.finding_act($1, ''terminations'', $2)'),
	('findings/referrals',             'api.finding_refer($1, $2)'),
	('findings/referrals/receipts',    'api.referral_receipt($1, ($2 ->> ''rid'')::uuid, $2 - ''rid'')'),
	('findings/referrals/replies',     'api.referral_reply($1, ($2 ->> ''rid'')::uuid, $2 - ''rid'')'),
	('findings/enforcement-measures',  'api.measure_create($1, $2)'),
	('findings/enforcement-measures/steps', 'api.penalty_step($1, ($2 ->> ''mid'')::uuid, $2 - ''mid'')'),
	('findings/spot-checks',           'api.finding_spot_check($1, $2)'),
	('rectification-orders',           'api.order_create($2)'),
	('rectification-orders/services',  'api.order_service_create($1, $2)');

INSERT INTO demo_step (at, actor, op, target, body)
SELECT pg_temp.at(-120, '09:00') + n * interval '4 minutes', 'admin', 'institutions', NULL, b.body
  FROM demo_institution_body b JOIN demo_institution USING (key);

DO $$
DECLARE
	s record;
	v_answer api.answer;
	v_detail text;
BEGIN
	PERFORM set_config('hz.test_clock', 'on', true);
	FOR s IN
		SELECT d.*, a.id AS actor_id, a.role, a.streets, f.call,
		       ARRAY(SELECT b.id FROM demo_institution_body b WHERE b.key = ANY (a.places)) AS institutions
		  FROM demo_step d
		  LEFT JOIN demo_actor a ON a.key = d.actor
		  LEFT JOIN demo_function f USING (op)
		 ORDER BY d.at, d.seq
	LOOP
		PERFORM set_config('app.clock', s.at::text, true), set_config('app.actor', s.actor_id::text, true),
		        set_config('app.role', s.role, true), set_config('app.districts', '500103', true),
		        set_config('app.types', '', true), set_config('app.streets', array_to_string(s.streets, ','), true),
		        set_config('app.institutions', array_to_string(s.institutions, ','), true);
		BEGIN
			EXECUTE format('SELECT (x).* FROM (SELECT %s AS x OFFSET 0) AS one', s.call) INTO v_answer
				USING s.target, s.body || CASE WHEN s.op = 'institutions' OR s.op LIKE '%answers' THEN '{}'
				                          ELSE jsonb_build_object('occurred_at', s.at) END;
		EXCEPTION WHEN OTHERS THEN
			GET STACKED DIAGNOSTICS v_detail = PG_EXCEPTION_DETAIL;
			RAISE EXCEPTION 'demo: % as % at %: % % — %', s.op, s.actor, s.at, SQLERRM, v_detail, s.body;
		END;
	END LOOP;
	PERFORM set_config('app.clock', '', true), set_config('hz.test_clock', '', true), set_config('app.actor', '', true),
	        set_config('app.role', '', true), set_config('app.districts', '', true), set_config('app.streets', '', true),
	        set_config('app.institutions', '', true);
END
$$;
