-- The second lock. Scope comes from the settings auth.sql makes for the transaction; without them nothing is visible. Each
-- setting is read once per statement (a subselect, an init plan), and the comparisons are leakproof, so that indexes stay usable.
-- Every init plan is paid for at every mention of a table, so there are two: the district, and whether the key is a wide one
-- (auth.sql). For a wide key nothing else is looked at; for any other, and when nothing is said, all of it is.

-- The categories that may name vulnerable people.
CREATE FUNCTION api.sensitive_categories() RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN ARRAY(SELECT code FROM hz.category WHERE sensitive);
END $$;

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
	-- findings that may name vulnerable people; what one has reported oneself stays readable
	c_sensitive CONSTANT text := $p$(%1$s NOT IN ('street', 'integration') OR %2$s = %3$s
		 OR category <> ALL (api.sensitive_categories()))$p$;
	v_hung CONSTANT text := format(c_limits, 'institution_id', 'institution_type');
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
			|| format(c_sensitive, c_role, 'created_by', c_me)),
		-- a visit is not known to those visited before it begins or is announced
		'inspection', c_district || ' AND ' || format(c_wide, v_hung
			|| format($p$ AND (%s NOT IN ('institution', 'staff') OR kind IN ('self', 'sweep', 'red_armband')
				OR state NOT IN ('planned', 'cancelled') OR noticed_at IS NOT NULL)$p$, c_role)),
		'rectification_order', c_district || ' AND ' || format(c_wide, v_hung || format(' AND %s <> ''staff''', c_role)),
		-- clocks of what may name vulnerable people, as those findings; employees have none
		'clock', c_district || ' AND ' || format(c_wide, v_hung || format(' AND %s <> ''staff'' AND (category IS NULL OR ', c_role)
			|| format($p$(%s NOT IN ('street', 'integration') OR category <> ALL (api.sensitive_categories())))$p$, c_role)),
		'idempotency', format('actor_id = (SELECT %s)', c_me),
		-- what hangs on a row is seen with that row
		'finding_act', 'EXISTS (SELECT FROM hz.finding p WHERE p.id = finding_id)',
		'deadline', 'EXISTS (SELECT FROM hz.finding p WHERE p.id = finding_id)',
		'rectification_order_item', 'EXISTS (SELECT FROM hz.finding p WHERE p.id = finding_id)',
		'order_service', 'EXISTS (SELECT FROM hz.rectification_order p WHERE p.id = order_id)',
		'inspection_act', 'EXISTS (SELECT FROM hz.inspection p WHERE p.id = inspection_id)',
		'inspection_inspector', 'EXISTS (SELECT FROM hz.inspection p WHERE p.id = inspection_id)',
		'bundle_item', 'EXISTS (SELECT FROM hz.inspection p WHERE p.id = inspection_id)',
		'inspection_answer', 'EXISTS (SELECT FROM hz.inspection p WHERE p.id = inspection_id)');
	FOR v IN SELECT * FROM jsonb_each_text(v_policies) LOOP
		EXECUTE format('CREATE POLICY scope ON hz.%I TO hz_api USING (%s) WITH CHECK (%s)', v.key, v.value, v.value);
	END LOOP;

	-- Evidence is seen with what it belongs to, and a file nobody has linked yet by whoever brought it. Links belong to a finding,
	-- or else to a visit, whose evidence employees do not see.
	EXECUTE format($p$CREATE POLICY scope ON hz.attachment_link TO hz_api USING (%1$s) WITH CHECK (%1$s)$p$, format(
		$p$CASE WHEN finding_id IS NOT NULL THEN EXISTS (SELECT FROM hz.finding p WHERE p.id = finding_id)
			ELSE %s <> 'staff' AND EXISTS (SELECT FROM hz.inspection p WHERE p.id = inspection_id) END$p$, c_role));
	EXECUTE format($p$CREATE POLICY read ON hz.attachment FOR SELECT TO hz_api USING (CASE WHEN linked_at IS NULL THEN created_by = %s
		ELSE EXISTS (SELECT FROM hz.attachment_link l WHERE l.attachment_id = attachment.id) END)$p$, c_me);
	EXECUTE format('CREATE POLICY own ON hz.upload TO hz_api USING (actor_id = %1$s) WITH CHECK (actor_id = %1$s AND %2$s)', c_me, c_district);

	-- Reports: handlers of the district; leaders what is concluded, and what no handler may see; the institution that was to be told. Nobody
	-- whom the report is about, by account or by name. Reporters have no rights here: functions of the owner act for them.
	EXECUTE format($p$CREATE POLICY scope ON hz.report TO hz_api USING (%1$s) WITH CHECK (%1$s)$p$, c_district
		|| format($p$ AND (SELECT %1$s) <> ALL (named_actors)
			AND (SELECT coalesce((SELECT api.plain_name(a.name) FROM hz.actor a WHERE a.id = %1$s), '')) <> ALL (named_names)
			AND CASE (SELECT %2$s) WHEN 'handler' THEN %3$s WHEN 'leader' THEN leader_sees OR state IN ('concluded', 'fed_back')
				WHEN 'institution' THEN audience = 'institution' AND institution_id = ANY (string_to_array(current_setting('app.institutions', true), ',')::uuid[])
				ELSE false END$p$, c_me, c_role, format(c_wide, v_hung)));
	FOR v IN SELECT * FROM unnest('{report_act,report_message,report_file,report_finding,report_clock,report_reward}'::text[]) t (name) LOOP
		EXECUTE format($p$CREATE POLICY scope ON hz.%I TO hz_api USING (EXISTS (SELECT FROM hz.report p WHERE p.id = report_id))
			WITH CHECK (EXISTS (SELECT FROM hz.report p WHERE p.id = report_id))$p$, v.name);
	END LOOP;
	-- a street sees what it was given to do
	EXECUTE format($p$CREATE POLICY scope ON hz.report_assignment TO hz_api USING (CASE WHEN %1$s = 'street'
			THEN %2$s AND street = ANY (string_to_array(current_setting('app.streets', true), ',')) AND NOT api.report_names_me(report_id)
			ELSE EXISTS (SELECT FROM hz.report p WHERE p.id = report_id) END)
		WITH CHECK (%1$s = 'handler' AND EXISTS (SELECT FROM hz.report p WHERE p.id = report_id))$p$, c_role, c_district);
	-- a custodian what is sealed to the own district's key
	EXECUTE format($p$CREATE POLICY scope ON hz.identity_request TO hz_api USING (CASE WHEN %1$s = 'custodian'
			THEN custodian_district = ANY ((SELECT string_to_array(current_setting('app.districts', true), ','))::text[]) AND NOT api.report_names_me(report_id)
			ELSE %1$s = 'handler' AND EXISTS (SELECT FROM hz.report p WHERE p.id = report_id) END)
		WITH CHECK (%1$s = 'handler' AND EXISTS (SELECT FROM hz.report p WHERE p.id = report_id))$p$, c_role);
	EXECUTE format($p$CREATE POLICY read ON hz.audit_log FOR SELECT TO hz_api USING (%s AND (SELECT %s) = 'auditor')$p$, c_district, c_role);

	-- Names of those who act stand beside their acts in whichever district they act; an account is kept in one.
	EXECUTE 'CREATE POLICY read ON hz.actor FOR SELECT TO hz_api USING (true)';
	EXECUTE format('CREATE POLICY make ON hz.actor FOR INSERT TO hz_api WITH CHECK (%s)', c_district);

	-- Keys: an administrator's are those that reach no further than the administrator; everybody has the own.
	EXECUTE format($p$CREATE POLICY scope ON hz.api_key TO hz_api
		USING (id = (SELECT nullif(current_setting('app.key', true), ''))::uuid
			OR %1$s = 'admin' AND districts <@ (SELECT string_to_array(current_setting('app.districts', true), ','))::text[])
		WITH CHECK (%1$s = 'admin' AND districts <@ (SELECT string_to_array(current_setting('app.districts', true), ','))::text[])$p$,
		c_role);

	-- Events: in scope, accounts for those who keep them, nothing narrower to read than the thing itself.
	EXECUTE format('CREATE POLICY read ON hz.event FOR SELECT TO hz_api USING (%s AND %s)',
		c_district || format($p$ AND (resource NOT IN ('actor', 'api_key') OR %s IN ('admin', 'auditor'))$p$, c_role),
		format(c_wide, v_hung || format($p$
			AND (%1$s <> 'staff' OR actor_id = %2$s)
			AND (resource <> 'inspection' OR %1$s NOT IN ('institution', 'staff')
				OR EXISTS (SELECT FROM hz.inspection p WHERE p.id = resource_id))
			AND (category IS NULL OR %3$s)$p$, c_role, c_me, format(c_sensitive, c_role, 'actor_id', c_me))));
	EXECUTE 'CREATE POLICY job ON hz.event TO hz_jobs USING (true) WITH CHECK (true)';
	EXECUTE 'CREATE POLICY job ON hz.idempotency TO hz_jobs USING (true)';
END $$;
