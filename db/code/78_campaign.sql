-- Campaigns: a registry, and how visits and findings belong to one.

CREATE FUNCTION api.campaign_json(c hz.campaign) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object('id', c.id, 'district', c.district, 'parent_id', c.parent_id, 'name', c.name, 'theme', c.theme,
		'document_number', c.document_number, 'starts_on', c.starts_on, 'ends_on', c.ends_on, 'categories', c.categories,
		'note', c.note, 'version', c.version, 'created_by', c.created_by, 'created_at', api.ts(c.created_at),
		'updated_at', api.ts(c.updated_at))
$$;

CREATE FUNCTION api.campaign_answer(c hz.campaign, p_status int) RETURNS api.answer
LANGUAGE sql STABLE AS $$ SELECT p_status, api.campaign_json(c), c.version, '/v1/campaigns/' || c.id $$;

-- What of a body a row takes; absent members keep what p_old has, and a category counts once.
CREATE FUNCTION api.campaign_apply(p_old hz.campaign, p_body jsonb) RETURNS hz.campaign
LANGUAGE plpgsql STABLE AS $$
DECLARE
	c hz.campaign := jsonb_populate_record(p_old, p_body - '{id,categories}'::text[]);
BEGIN
	IF p_body ? 'categories' OR c.categories IS NULL THEN
		c.categories := ARRAY(SELECT code FROM hz.category WHERE p_body -> 'categories' ? code ORDER BY position);
	END IF;
	RETURN c;
END $$;

CREATE FUNCTION api.campaign_faults(c hz.campaign) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	p hz.campaign;
	v_faults jsonb := '[]';
BEGIN
	IF c.ends_on < c.starts_on THEN
		v_faults := v_faults || api.fault('/ends_on', 'before_start', '结束日期早于开始日期 ' || c.starts_on);
	END IF;
	IF c.parent_id IS NULL THEN
		RETURN v_faults;
	END IF;
	SELECT * INTO p FROM hz.campaign WHERE id = c.parent_id AND district = c.district;
	IF NOT FOUND THEN
		v_faults := v_faults || api.fault('/parent_id', 'unknown_reference', '本区没有这个上级行动');
	ELSIF EXISTS (WITH RECURSIVE above AS (
			SELECT c.parent_id AS id
			UNION
			SELECT u.parent_id FROM hz.campaign u JOIN above a ON u.id = a.id)
		SELECT FROM above WHERE id = c.id) THEN
		v_faults := v_faults || api.fault('/parent_id', 'circle', '不能以自己或自己的下级为上级');
	ELSIF c.starts_on < p.starts_on OR c.ends_on > p.ends_on THEN
		v_faults := v_faults || api.fault('/parent_id', 'outside_parent', '起止日期超出上级行动的 ' || p.starts_on || ' 至 ' || p.ends_on);
	END IF;
	RETURN v_faults;
END $$;

CREATE FUNCTION api.campaign_create(p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	c hz.campaign := api.campaign_apply(NULL, p_body);
BEGIN
	IF c.district <> ALL (api.districts()) THEN
		PERFORM api.refuse('HZ403', '{"code": "out_of_scope"}');
	END IF;
	c.id := api.body_id(p_body);
	PERFORM api.refuse_faults(api.campaign_faults(c));
	INSERT INTO hz.campaign (id, district, parent_id, name, theme, document_number, starts_on, ends_on, categories, note,
		created_at, created_by, updated_at)
	VALUES (c.id, c.district, c.parent_id, c.name, c.theme, c.document_number, c.starts_on, c.ends_on, c.categories, c.note,
		api.now(), api.me(), api.now())
	RETURNING * INTO c;
	RETURN api.campaign_answer(c, 201);
END $$;

-- A campaign that is made shorter keeps the visits it has.
CREATE FUNCTION api.campaign_patch(p_id uuid, p_if_match bigint, p_body jsonb) RETURNS api.answer
LANGUAGE plpgsql AS $$
DECLARE
	c hz.campaign;
BEGIN
	SELECT * INTO c FROM hz.campaign WHERE id = p_id FOR UPDATE;
	IF NOT FOUND THEN
		PERFORM api.refuse_not_found();
	END IF;
	PERFORM api.version_check(p_if_match, c.version);
	c := api.campaign_apply(c, p_body);
	PERFORM api.refuse_faults(api.campaign_faults(c));
	UPDATE hz.campaign
	   SET (parent_id, name, theme, document_number, starts_on, ends_on, categories, note, version, updated_at)
	     = (c.parent_id, c.name, c.theme, c.document_number, c.starts_on, c.ends_on, c.categories, c.note, version + 1, api.now())
	 WHERE id = p_id
	RETURNING * INTO c;
	RETURN api.campaign_answer(c, 200);
END $$;

-- Faults of a visit in p_district on p_day that is to belong to a campaign: it must run there and then.
CREATE FUNCTION api.inspection_campaign_faults(p_campaign_id uuid, p_district text, p_day date) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
	c hz.campaign;
BEGIN
	IF p_campaign_id IS NULL THEN
		RETURN '[]';
	END IF;
	SELECT * INTO c FROM hz.campaign WHERE id = p_campaign_id AND district = p_district;
	IF NOT FOUND THEN
		RETURN jsonb_build_array(api.fault('/campaign_id', 'unknown_reference', '机构所在的区县没有这个专项行动'));
	ELSIF p_day NOT BETWEEN c.starts_on AND c.ends_on THEN
		RETURN jsonb_build_array(api.fault('/campaign_id', 'not_running', '计划日期 ' || p_day || ' 不在行动的 ' || c.starts_on || ' 至 '
			|| c.ends_on || ' 之内'));
	END IF;
	RETURN '[]';
END $$;

-- A finding belongs to the campaign of its visit. (A visit changes its campaign while planned only, when it has no findings.)
CREATE FUNCTION api.finding_campaign() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	SELECT campaign_id INTO NEW.campaign_id FROM hz.inspection WHERE id = NEW.inspection_id;
	RETURN NEW;
END $$;
CREATE TRIGGER campaign BEFORE INSERT ON hz.finding FOR EACH ROW WHEN (NEW.inspection_id IS NOT NULL) EXECUTE FUNCTION api.finding_campaign();
