-- One trigger per table writes the event of every change, whoever makes it. Runs as the owner: the API may read events but
-- never write them.

-- Arguments: resource, column of the row that names the thing (id, or the parent's id), and optionally the verb of an insert.
CREATE FUNCTION api.event_write() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	-- not news by themselves, or never to be copied
	c_skip CONSTANT text[] := '{version,updated_at,created_by,created_at,key_hash,last_act_at,is_open,self_found,closed_at,closed_by,
		reinspected,reinspection_failed,order_item_id,responsible_name,attachment_count,awaited_count,data}';
	v_new jsonb := to_jsonb(NEW);
	v_old jsonb := CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(OLD) END;
	v_act jsonb := nullif(current_setting('app.act', true), '')::jsonb;
	v_changed jsonb;
	e hz.event;
BEGIN
	IF v_old IS NULL THEN
		SELECT jsonb_object_agg(key, value) INTO v_changed
		  FROM jsonb_each(v_new) WHERE value <> 'null' AND key <> ALL (c_skip);
	ELSE
		SELECT jsonb_object_agg(n.key, jsonb_build_array(v_old -> n.key, n.value)) INTO v_changed
		  FROM jsonb_each(v_new) n WHERE n.value <> v_old -> n.key AND n.key <> ALL (c_skip);
		IF v_changed IS NULL AND v_act ->> 'id' IS DISTINCT FROM v_new ->> TG_ARGV[1] THEN
			RETURN NULL;
		END IF;
	END IF;
	IF v_act ->> 'id' = v_new ->> TG_ARGV[1] THEN
		PERFORM set_config('app.act', '', true);
	ELSE
		v_act := NULL;
	END IF;

	e.resource := TG_ARGV[0];
	e.resource_id := (v_new ->> TG_ARGV[1])::uuid;
	e.what := coalesce(v_act ->> 'what', TG_ARGV[2], CASE WHEN v_old IS NULL THEN 'created' ELSE 'changed' END);
	e.occurred_at := coalesce((v_act ->> 'occurred_at')::timestamptz, api.now());
	e.recorded_at := api.now();
	e.actor_id := api.me();
	e.district := coalesce(v_new ->> 'district', v_new -> 'districts' ->> 0);
	e.institution_id := CASE WHEN TG_ARGV[0] = 'institution' THEN v_new ->> 'id' ELSE v_new ->> 'institution_id' END;
	e.institution_type := CASE WHEN TG_ARGV[0] = 'institution' THEN v_new ->> 'type' ELSE v_new ->> 'institution_type' END;
	e.street := v_new ->> 'street';
	e.category := v_new ->> 'category';
	e.from_state := coalesce(v_old ->> 'state', v_old ->> 'status');
	e.to_state := coalesce(v_new ->> 'state', v_new ->> 'status');
	e.reason := v_act ->> 'reason';
	e.payload := coalesce(nullif(v_act -> 'payload', 'null'), '{}') || jsonb_build_object('changed', coalesce(v_changed, '{}'));
	PERFORM api.event_add(e);
	RETURN NULL;
END $$;

-- Writes one event with its digest; for those that run as the owner.
CREATE FUNCTION api.event_add(e hz.event) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	e.salt := uuid_send(gen_random_uuid());
	e.digest := sha256(e.salt || convert_to(api.event_text(e), 'UTF8'));
	INSERT INTO hz.event (occurred_at, recorded_at, actor_id, district, institution_id, institution_type, street, category,
		resource, resource_id, what, from_state, to_state, reason, payload, salt, digest)
	VALUES (e.occurred_at, e.recorded_at, e.actor_id, e.district, e.institution_id, e.institution_type, e.street, e.category,
		e.resource, e.resource_id, e.what, e.from_state, e.to_state, e.reason, e.payload, e.salt, e.digest);
END $$;

-- The text whose salted SHA-256 is the event's digest: one jsonb object, members in jsonb's order.
CREATE FUNCTION api.event_text(e hz.event) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object('occurred_at', api.ts(e.occurred_at), 'recorded_at', api.ts(e.recorded_at), 'actor_id', e.actor_id,
		'district', e.district, 'institution_id', e.institution_id, 'resource', e.resource, 'resource_id', e.resource_id,
		'what', e.what, 'from_state', e.from_state, 'to_state', e.to_state, 'reason', e.reason, 'payload', e.payload)::text
$$;

-- A file with rows of sensitive categories was made of a list: one event in each district it reaches, which auditors and administrators see.
-- Of lists about reports, whose paths would lead to one, the audit log tells instead.
CREATE FUNCTION api.export_record(p_operation text, p_path text, p_query text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	e hz.event;
BEGIN
	IF p_path ~ '^/v1/(whistleblower-report|identity-request)' THEN
		PERFORM api.audit('sensitive_exported', NULL, d) FROM unnest(api.districts()) d;
		RETURN;
	END IF;
	e.resource := 'export';
	e.resource_id := api.uuid_v7();
	e.what := 'exported';
	e.occurred_at := api.now();
	e.recorded_at := api.now();
	e.actor_id := api.me();
	e.payload := jsonb_build_object('operation', p_operation, 'path', p_path, 'query', p_query, 'role', api.role(),
		'key_id', current_setting('app.key'), 'types', api.types(), 'streets', api.streets(), 'institutions', api.institutions());
	FOREACH e.district IN ARRAY api.districts() LOOP
		PERFORM api.event_add(e);
	END LOOP;
END $$;

CREATE TRIGGER event AFTER INSERT OR UPDATE ON hz.actor FOR EACH ROW EXECUTE FUNCTION api.event_write('actor', 'id');
CREATE TRIGGER event AFTER INSERT OR UPDATE ON hz.api_key FOR EACH ROW EXECUTE FUNCTION api.event_write('api_key', 'id');
CREATE TRIGGER event AFTER INSERT OR UPDATE ON hz.org_unit FOR EACH ROW EXECUTE FUNCTION api.event_write('org_unit', 'id');
CREATE TRIGGER event AFTER INSERT OR UPDATE ON hz.institution FOR EACH ROW EXECUTE FUNCTION api.event_write('institution', 'id');
CREATE TRIGGER event AFTER INSERT OR UPDATE ON hz.inspection FOR EACH ROW EXECUTE FUNCTION api.event_write('inspection', 'id');
CREATE TRIGGER event AFTER INSERT OR UPDATE ON hz.finding FOR EACH ROW EXECUTE FUNCTION api.event_write('finding', 'id');
CREATE TRIGGER event AFTER INSERT OR UPDATE ON hz.referral FOR EACH ROW EXECUTE FUNCTION api.event_write('referral', 'id');
CREATE TRIGGER event AFTER INSERT OR UPDATE ON hz.enforcement_measure FOR EACH ROW EXECUTE FUNCTION api.event_write('enforcement_measure', 'id');
CREATE TRIGGER event AFTER INSERT OR UPDATE ON hz.rectification_order
	FOR EACH ROW EXECUTE FUNCTION api.event_write('rectification_order', 'id');
CREATE TRIGGER event AFTER INSERT OR UPDATE ON hz.campaign FOR EACH ROW EXECUTE FUNCTION api.event_write('campaign', 'id');
CREATE TRIGGER event AFTER INSERT OR UPDATE ON hz.document FOR EACH ROW EXECUTE FUNCTION api.event_write('document', 'id');
CREATE TRIGGER event AFTER INSERT ON hz.order_service FOR EACH ROW EXECUTE FUNCTION api.event_write('rectification_order', 'order_id', 'services');
CREATE TRIGGER event AFTER INSERT OR UPDATE ON hz.time_limit
	FOR EACH ROW WHEN (NEW.district IS NOT NULL) EXECUTE FUNCTION api.event_write('time_limit', 'id');
-- what starts and ends a clock is an event of its own; one that goes on with another date is not
CREATE TRIGGER event AFTER INSERT ON hz.clock FOR EACH ROW WHEN (NEW.replaces IS NOT NULL) EXECUTE FUNCTION api.event_write('clock', 'id');
