-- Permits that end: a clock each, kept in step with the institution's file by a trigger, so that whatever changes it they follow.

-- Stands for one permit of an institution: made of what it is (UUIDv8), so that it stays the same until it is replaced.
CREATE FUNCTION api.permit_id(p_institution uuid, p_kind text, p_number text) RETURNS uuid
LANGUAGE sql IMMUTABLE AS $$
	SELECT overlay(overlay(md5(p_institution || E'\x1f' || p_kind || E'\x1f' || coalesce(p_number, '')) PLACING '8' FROM 13) PLACING '8' FROM 17)::uuid
$$;

-- Why a permit is on the worklist from that day on.
CREATE FUNCTION api.permit_explanation(l hz.time_limit, p_title text, p_expires date) RETURNS jsonb
LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_array(
		api.step('event', p_expires, NULL, p_title || '，有效期至 ' || p_expires),
		api.step('rule', NULL, b.basis, l.title || '（时限 ' || l.code || '，第 ' || l.edition || ' 版）'),
		api.step('counting', p_expires - l.amount, b.basis, '到期前 ' || l.amount || ' 天，自 ' || p_expires - l.amount || ' 起提醒'),
		api.step_result(p_expires, b.basis))
	  FROM api.time_limit_basis(l) b (basis)
$$;

-- Brings the clocks of an institution's permits in step with its file: one for each that ends, the later day where one stands there twice; none for
-- what is closed. What still fits stays as it is.
CREATE FUNCTION api.permit_clocks(i hz.institution) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	l hz.time_limit := api.time_limit('permit_notice', i.district, api.today());
	v_wanted CONSTANT jsonb := CASE WHEN i.status = 'closed' OR l.code IS NULL THEN '[]' ELSE (
		SELECT coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'title', p.title, 'expires_on', p.expires_on)), '[]')
		  FROM (SELECT api.permit_id(i.id, e ->> 'kind', e ->> 'number') AS id, max((e ->> 'expires_on')::date) AS expires_on,
			       min((e ->> 'kind') || coalesce('（' || (e ->> 'number') || '）', '')) AS title
			  FROM jsonb_array_elements(i.permits) e WHERE e ->> 'expires_on' IS NOT NULL GROUP BY 1) p) END;
BEGIN
	UPDATE hz.clock c SET ended_at = api.now(), ended_by = CASE i.status WHEN 'closed' THEN 'closed' ELSE 'changed' END
	 WHERE c.institution_id = i.id AND c.kind = 'permit_notice' AND c.ended_at IS NULL
	   AND NOT EXISTS (SELECT FROM jsonb_to_recordset(v_wanted) w (id uuid, expires_on date)
		WHERE w.id = c.resource_id AND w.expires_on = c.due_on AND c.shown_from = w.expires_on - l.amount);
	INSERT INTO hz.clock (id, kind, district, institution_id, institution_type, street, resource, resource_id, title, responsible, responsible_name,
		limit_region, limit_edition, started_at, due_on, shown_from, explanation, created_at)
	SELECT api.uuid_v7(), l.code, i.district, i.id, i.type, i.street, 'institution', w.id, w.title || '到期', l.responsible, i.safety_officer_name,
	       l.region, l.edition, api.now(), w.expires_on, w.expires_on - l.amount, api.permit_explanation(l, w.title, w.expires_on), api.now()
	  FROM jsonb_to_recordset(v_wanted) w (id uuid, title text, expires_on date)
	 WHERE NOT EXISTS (SELECT FROM hz.clock c WHERE c.resource_id = w.id AND c.kind = l.code AND c.ended_at IS NULL);
END $$;

CREATE FUNCTION api.permits_follow() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM api.permit_clocks(NEW);
	RETURN NULL;
END $$;
CREATE TRIGGER permits AFTER INSERT ON hz.institution FOR EACH ROW WHEN (NEW.permits <> '[]') EXECUTE FUNCTION api.permits_follow();
CREATE TRIGGER permits_changed AFTER UPDATE OF permits, status ON hz.institution
	FOR EACH ROW WHEN ((OLD.permits, OLD.status = 'closed') IS DISTINCT FROM (NEW.permits, NEW.status = 'closed')) EXECUTE FUNCTION api.permits_follow();
