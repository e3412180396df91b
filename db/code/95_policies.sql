-- The second lock. Scope comes from the settings auth.sql makes for the transaction; without them nothing is visible. Each
-- setting is read once per statement (a subselect, an init plan), and the comparisons are leakproof, so that indexes stay usable.
-- Every init plan is paid for at every mention of a table, so there are two: the district, and whether the key is a wide one
-- (auth.sql). For a wide key nothing else is looked at; for any other, and when nothing is said, all of it is.

DO $$
DECLARE
	v record;
	c_district CONSTANT text := $p$district = ANY ((SELECT string_to_array(current_setting('app.districts', true), ','))::text[])$p$;
	-- written as an inequality because the planner takes those for true: the plans of wide keys are the ones that matter
	c_wide CONSTANT text := $p$((SELECT CASE current_setting('app.wide', true) WHEN 'yes' THEN 'yes' ELSE 'no' END) <> 'no' OR (%s))$p$;
	-- %1: id of the institution, %2: its type
	c_limits CONSTANT text := $p$
		(coalesce(current_setting('app.institutions', true), '') = ''
		 OR %1$s = ANY (string_to_array(current_setting('app.institutions', true), ',')::uuid[]))
		AND (coalesce(current_setting('app.types', true), '') = ''
		 OR %2$s = ANY (string_to_array(current_setting('app.types', true), ',')))
		AND (coalesce(current_setting('app.streets', true), '') = ''
		 OR street = ANY (string_to_array(current_setting('app.streets', true), ',')))$p$;
	c_me CONSTANT text := $p$nullif(current_setting('app.actor', true), '')::uuid$p$;
	c_role CONSTANT text := $p$current_setting('app.role', true)$p$;
	-- categories that may name vulnerable people (22_sensitive.sql): not kept from the caller …
	c_shown CONSTANT text := $p$category <> ALL (string_to_array(nullif(current_setting('app.hidden', true), ''), ','))$p$;
	-- … or what one has reported oneself (%s: who did), which stays readable, but goes into no file
	c_own CONSTANT text := format($p$%%s = %s AND current_setting('app.export', true) IS DISTINCT FROM 'yes'$p$, c_me);
	-- for what hangs on things by a query of its own, which is spared to whom nothing is kept from
	c_sees_all CONSTANT text := $p$current_setting('app.hidden', true) = 'none'$p$;
	v_hung CONSTANT text := format(c_limits, 'institution_id', 'institution_type');
	-- what runs beside a finding, or beside none
	v_beside CONSTANT text := v_hung || format(' AND %s <> ''staff'' AND (category IS NULL OR %s)', c_role, c_shown);
	v_policies jsonb;
BEGIN
	FOR v IN SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'hz' LOOP
		EXECUTE format('DROP POLICY %I ON hz.%I', v.policyname, v.tablename);
	END LOOP;

	v_policies := jsonb_build_object(
		'org_unit', c_district,
		'institution', c_district || ' AND ' || format(c_wide, format(c_limits, 'id', 'type')),
		-- employees see what they have reported, nothing of their colleagues'
		'finding', c_district || ' AND ' || format(c_wide, v_hung
			|| format(' AND (%s <> ''staff'' OR created_by = %s) AND ', c_role, c_me)
			|| format('(%s OR ' || c_own || ')', c_shown, 'created_by')),
		-- a visit is not known to those visited before it begins or is announced
		'inspection', c_district || ' AND ' || format(c_wide, v_hung
			|| format($p$ AND (%s NOT IN ('institution', 'staff') OR kind IN ('self', 'sweep', 'red_armband')
				OR state NOT IN ('planned', 'cancelled') OR noticed_at IS NOT NULL)$p$, c_role)),
		'rectification_order', c_district || ' AND ' || format(c_wide, v_hung
			|| format(' AND %s <> ''staff'' AND (%s OR %s)', c_role, c_sees_all, c_shown)),
		-- of what may name vulnerable people, as those findings; employees have none
		'clock', c_district || ' AND ' || format(c_wide, v_beside || format($p$ AND (%s <> 'institution' OR CASE resource
			WHEN 'referral' THEN (SELECT true FROM hz.referral p WHERE p.id = resource_id)
			WHEN 'penalty_case' THEN (SELECT true FROM hz.enforcement_measure p WHERE p.id = resource_id)
			ELSE true END)$p$, c_role)),
		'extension', c_district || ' AND ' || format(c_wide, v_beside),
		'campaign', c_district,
		-- a document is seen by whoever may see all that it tells of
		'document', c_district || ' AND ' || format(c_wide, v_hung || format(' AND %s <> ''staff''', c_role)
			|| ' AND (order_id IS NULL OR EXISTS (SELECT FROM hz.rectification_order p WHERE p.id = order_id))'
			|| ' AND (inspection_id IS NULL OR EXISTS (SELECT FROM hz.inspection p WHERE p.id = inspection_id))'
			|| ' AND NOT EXISTS (SELECT FROM unnest(finding_ids) u (id) WHERE NOT EXISTS (SELECT FROM hz.finding p WHERE p.id = u.id))'
			|| format(' AND (%s OR NOT categories && string_to_array(nullif(current_setting(''app.hidden'', true), ''''), '',''))', c_sees_all)),
		'idempotency', format('actor_id = (SELECT %s)', c_me),
		-- with their finding; not to employees, and what is the office's own affair so far not to the institution. (SELECT true …), not EXISTS,
		-- which the planner might answer from a hash of the whole table
		'referral', c_district || ' AND ' || format(c_wide, format(
			$p$(SELECT true FROM hz.finding p WHERE p.id = finding_id) AND %1$s <> 'staff' AND (%1$s <> 'institution' OR handover)$p$, c_role)),
		'enforcement_measure', c_district || ' AND ' || format(c_wide, format($p$(SELECT true FROM hz.finding p WHERE p.id = finding_id)
			AND %1$s <> 'staff' AND (%1$s <> 'institution' OR state NOT IN ('filed', 'investigated'))$p$, c_role)),
		'referral_reply', 'EXISTS (SELECT FROM hz.referral p WHERE p.id = referral_id)',
		'penalty_step', 'EXISTS (SELECT FROM hz.enforcement_measure p WHERE p.id = measure_id)',
		-- what hangs on a row is seen with that row
		'finding_act', format($p$EXISTS (SELECT FROM hz.finding p WHERE p.id = finding_id)
			AND (%s NOT IN ('institution', 'staff') OR NOT detail ? 'internal' OR (SELECT true FROM hz.enforcement_measure p WHERE p.id = finding_act.id))$p$, c_role),
		'deadline', 'EXISTS (SELECT FROM hz.finding p WHERE p.id = finding_id)',
		'rectification_order_item', 'EXISTS (SELECT FROM hz.finding p WHERE p.id = finding_id)',
		'order_service', 'EXISTS (SELECT FROM hz.rectification_order p WHERE p.id = order_id)',
		'inspection_act', 'EXISTS (SELECT FROM hz.inspection p WHERE p.id = inspection_id)',
		'inspection_inspector', 'EXISTS (SELECT FROM hz.inspection p WHERE p.id = inspection_id)',
		'bundle_item', 'EXISTS (SELECT FROM hz.inspection p WHERE p.id = inspection_id)',
		'inspection_answer', format($p$EXISTS (SELECT FROM hz.inspection p WHERE p.id = inspection_id
			AND (%s OR api.answer_shown((SELECT t.category FROM hz.checklist_item t WHERE t.id = item_id), p.kind)))$p$, c_sees_all));
	FOR v IN SELECT * FROM jsonb_each_text(v_policies) LOOP
		EXECUTE format('CREATE POLICY scope ON hz.%I TO hz_api USING (%s) WITH CHECK (%s)', v.key, v.value, v.value);
	END LOOP;

	-- A clock is set going by whoever takes the step that does it, who need not be one of those who see it.
	EXECUTE format('CREATE POLICY make ON hz.clock FOR INSERT TO hz_api WITH CHECK (%s)', c_district);

	-- Evidence is seen with what it belongs to, and a file nobody has linked yet by whoever brought it. Links belong to a finding,
	-- or else to a visit, whose evidence employees do not see.
	EXECUTE format($p$CREATE POLICY scope ON hz.attachment_link TO hz_api USING (%1$s) WITH CHECK (%1$s)$p$, format(
		$p$CASE WHEN finding_id IS NOT NULL THEN EXISTS (SELECT FROM hz.finding p WHERE p.id = finding_id)
			AND (%1$s NOT IN ('institution', 'staff') OR CASE resource
				WHEN 'finding_act' THEN (SELECT true FROM hz.finding_act p WHERE p.id = resource_id)
				WHEN 'referral_reply' THEN (SELECT true FROM hz.referral_reply p WHERE p.id = resource_id)
				WHEN 'penalty_step' THEN (SELECT true FROM hz.penalty_step p WHERE p.id = resource_id)
				ELSE true END)
			WHEN resource = 'inspection_answer' THEN %1$s <> 'staff' AND (SELECT true FROM hz.inspection_answer p
				WHERE p.inspection_id = attachment_link.inspection_id AND p.item_id = resource_id)
			ELSE %1$s <> 'staff' AND EXISTS (SELECT FROM hz.inspection p WHERE p.id = inspection_id) END$p$, c_role));
	EXECUTE format($p$CREATE POLICY read ON hz.attachment FOR SELECT TO hz_api USING (CASE WHEN linked_at IS NULL THEN created_by = %s
		ELSE EXISTS (SELECT FROM hz.attachment_link l WHERE l.attachment_id = attachment.id) END)$p$, c_me);
	EXECUTE format('CREATE POLICY own ON hz.upload TO hz_api USING (actor_id = %1$s) WITH CHECK (actor_id = %1$s AND %2$s)', c_me, c_district);

	-- Reports: handlers of the district; leaders what is concluded, and what no handler may see; the institution that was to be told. Nobody
	-- whom the report is about, by account, by name, or by another key that is the institution's (as report_clear_of has it). Reporters have no
	-- rights here: functions of the owner act for them.
	EXECUTE format($p$CREATE POLICY scope ON hz.report TO hz_api USING (%1$s) WITH CHECK (%1$s)$p$, c_district
		|| format($p$ AND (SELECT %1$s) <> ALL (named_actors)
			AND (SELECT coalesce((SELECT api.plain_name(a.name) FROM hz.actor a WHERE a.id = %1$s), '')) <> ALL (named_names)
			AND ((SELECT %2$s) = 'institution' OR institution_id IS NULL OR institution_id <> ALL ((SELECT api.my_houses())::uuid[]))
			AND CASE (SELECT %2$s) WHEN 'handler' THEN %3$s AND (category IS NULL OR %4$s) WHEN 'leader' THEN leader_sees OR state IN ('concluded', 'fed_back')
				WHEN 'institution' THEN audience = 'institution' AND institution_id = ANY (string_to_array(current_setting('app.institutions', true), ',')::uuid[])
				ELSE false END
			AND (current_setting('app.export', true) IS DISTINCT FROM 'yes' OR category IS NULL OR %4$s)$p$, c_me, c_role, format(c_wide, v_hung), c_shown));
	FOR v IN SELECT * FROM unnest('{report_act,report_message,report_file,report_clock,report_reward}'::text[]) t (name) LOOP
		EXECUTE format($p$CREATE POLICY scope ON hz.%I TO hz_api USING (EXISTS (SELECT FROM hz.report p WHERE p.id = report_id))
			WITH CHECK (EXISTS (SELECT FROM hz.report p WHERE p.id = report_id))$p$, v.name);
	END LOOP;
	EXECUTE 'CREATE POLICY scope ON hz.report_finding TO hz_api USING (EXISTS (SELECT FROM hz.report p WHERE p.id = report_id)
		AND EXISTS (SELECT FROM hz.finding p WHERE p.id = finding_id))';
	-- a street sees what it was given to do
	EXECUTE format($p$CREATE POLICY scope ON hz.report_assignment TO hz_api USING (CASE WHEN %1$s = 'street'
			THEN %2$s AND street = ANY (string_to_array(current_setting('app.streets', true), ',')) AND NOT api.report_names_me(report_id)
				AND api.report_in_file(report_id)
			ELSE EXISTS (SELECT FROM hz.report p WHERE p.id = report_id) END)
		WITH CHECK (%1$s = 'handler' AND EXISTS (SELECT FROM hz.report p WHERE p.id = report_id))$p$, c_role, c_district);
	-- a custodian what is sealed to the own district's key
	EXECUTE format($p$CREATE POLICY scope ON hz.identity_request TO hz_api USING (CASE WHEN %1$s = 'custodian'
			THEN custodian_district = ANY ((SELECT string_to_array(current_setting('app.districts', true), ','))::text[]) AND NOT api.report_names_me(report_id)
				AND api.report_in_file(report_id)
			ELSE %1$s = 'handler' AND EXISTS (SELECT FROM hz.report p WHERE p.id = report_id) END)
		WITH CHECK (%1$s = 'handler' AND EXISTS (SELECT FROM hz.report p WHERE p.id = report_id))$p$, c_role);
	EXECUTE format($p$CREATE POLICY read ON hz.audit_log FOR SELECT TO hz_api USING (%s AND (SELECT %s) = 'auditor')$p$, c_district, c_role);

	-- Names of those who act stand beside their acts in whichever district they act; an account is kept in one.
	EXECUTE 'CREATE POLICY read ON hz.actor FOR SELECT TO hz_api USING (true)';
	EXECUTE format('CREATE POLICY make ON hz.actor FOR INSERT TO hz_api WITH CHECK (%s)', c_district);

	-- Keys: an administrator's are those that reach no further than the administrator; everybody has the own.
	EXECUTE format($p$CREATE POLICY scope ON hz.api_key TO hz_api
		USING (id = (SELECT nullif(current_setting('app.key', true), ''))::uuid OR %1$s) WITH CHECK (%1$s)$p$, format(
		$p$%s = 'admin' AND districts <@ (SELECT string_to_array(current_setting('app.districts', true), ','))::text[]
			AND api.scope_within(types, api.types()) AND api.scope_within(streets, api.streets())
			AND api.scope_within(institutions, api.institutions())$p$, c_role));

	-- Events: in scope, accounts and exports for those who keep and audit them, nothing narrower to read than the thing itself: as it
	-- is now, and as it was then. (SELECT true …), not EXISTS, which the planner might answer from a hash of the whole table.
	EXECUTE format('CREATE POLICY read ON hz.event FOR SELECT TO hz_api USING (%s AND %s)',
		c_district || format($p$ AND (resource NOT IN ('actor', 'api_key', 'export') OR %s IN ('admin', 'auditor'))$p$, c_role),
		format(c_wide, v_hung || format($p$
			AND (%1$s <> 'staff' OR actor_id = %2$s)
			AND (resource <> 'inspection' OR %1$s NOT IN ('institution', 'staff')
				OR EXISTS (SELECT FROM hz.inspection p WHERE p.id = resource_id))
			AND (resource <> 'clock' OR (SELECT true FROM hz.clock p WHERE p.id = resource_id))
			AND (resource <> 'referral' OR (SELECT true FROM hz.referral p WHERE p.id = resource_id))
			AND (resource <> 'enforcement_measure' OR (SELECT true FROM hz.enforcement_measure p WHERE p.id = resource_id))
			AND (%1$s <> 'institution' OR NOT payload ? 'internal'
				OR (SELECT true FROM hz.enforcement_measure p WHERE p.id = (payload ->> 'act_id')::uuid))
			AND (resource <> 'document' OR EXISTS (SELECT FROM hz.document p WHERE p.id = resource_id))
			AND (%3$s OR (category IS NULL OR %4$s OR %5$s) AND CASE resource
				WHEN 'finding' THEN (SELECT true FROM hz.finding p WHERE p.id = resource_id)
				WHEN 'rectification_order' THEN (SELECT true FROM hz.rectification_order p WHERE p.id = resource_id)
				ELSE true END)$p$, c_role, c_me, c_sees_all, c_shown, format(c_own, 'actor_id'))));
	EXECUTE 'CREATE POLICY job ON hz.event TO hz_jobs USING (true) WITH CHECK (true)';
	EXECUTE 'CREATE POLICY job ON hz.idempotency TO hz_jobs USING (true)';
END $$;
