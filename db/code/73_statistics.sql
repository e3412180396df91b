-- Statistics of findings: how a group of them looks. The statement counts (db/queries/statistics/findings.sql).

-- The closed list that p_group_by goes through: every member is told of, whether it has findings or not. None for what is no closed
-- list: streets, institutions, months. shown: not kept from the caller.
CREATE FUNCTION api.statistics_members(p_group_by text) RETURNS TABLE (key text, place text, name text, shown boolean)
LANGUAGE sql STABLE AS $$
	SELECT code, lpad(position::text, 2, '0'), name_zh, api.category_shown(code) FROM hz.category WHERE p_group_by = 'category'
	UNION ALL
	SELECT code, lpad(position::text, 2, '0'), name_zh, true FROM hz.institution_type WHERE p_group_by = 'type'
	UNION ALL
	SELECT code, lpad(n::text, 2, '0'), name, true
	  FROM (VALUES ('source', 1, 'inspection', '检查发现'), ('source', 2, 'self', '机构自查'), ('source', 3, 'staff', '职工上报'),
		('source', 4, 'street', '街道上报'), ('source', 5, 'integration', '系统对接'), ('source', 6, 'other', '其他线索'),
		('severity', 1, 'general', '一般隐患'), ('severity', 2, 'major', '重大隐患'),
		('state', 1, 'reported', '上报'), ('state', 2, 'confirmed', '认定'), ('state', 3, 'ordered', '责令整改'), ('state', 4, 'rectifying', '整改中'),
		('state', 5, 'reinspection_requested', '申请复查'), ('state', 6, 'awaiting_closure', '待销号审批'), ('state', 7, 'closed', '销号'),
		('state', 8, 'dismissed', '不构成隐患'), ('state', 9, 'merged', '并案'), ('state', 10, 'voided', '撤销认定'), ('state', 11, 'terminated', '终结'),
		('state', 12, 'transferred', '移送')) v (list, n, code, name)
	 WHERE list = p_group_by
$$;

-- A share of a whole as a decimal with four places; NULL when there is no whole.
CREATE FUNCTION api.rate(p_part bigint, p_whole bigint) RETURNS numeric
LANGUAGE sql IMMUTABLE AS $$ SELECT round(p_part::numeric / nullif(p_whole, 0), 4) $$;

-- What was counted of a group, in the order of the document.
CREATE TYPE api.finding_counts AS (
	total bigint, open bigint, closed bigint, dismissed bigint, merged bigint, voided bigint, terminated bigint, transferred bigint,
	overdue bigint, major bigint, self_found bigint, inspection_found bigint, self_corrected bigint, corrected_on_spot bigint,
	closed_with_deadline bigint, closed_on_time bigint, reinspections bigint, reinspections_failed bigint, median_days double precision
);

-- c is NULL where there was nothing to count.
CREATE FUNCTION api.statistics_json(p_group_by text, p_key text, p_name text, c api.finding_counts, p_omitted text[]) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object('group_by', p_group_by, 'key', p_key, 'name', p_name,
		'total', coalesce(c.total, 0), 'open', coalesce(c.open, 0), 'closed', coalesce(c.closed, 0), 'dismissed', coalesce(c.dismissed, 0),
		'merged', coalesce(c.merged, 0), 'voided', coalesce(c.voided, 0), 'terminated', coalesce(c.terminated, 0),
		'transferred', coalesce(c.transferred, 0), 'overdue', coalesce(c.overdue, 0), 'major', coalesce(c.major, 0),
		'self_found', coalesce(c.self_found, 0), 'inspection_found', coalesce(c.inspection_found, 0),
		'self_corrected', coalesce(c.self_corrected, 0), 'corrected_on_spot', coalesce(c.corrected_on_spot, 0),
		'closing_rate', api.rate(c.closed, c.open + c.closed),
		'closed_with_deadline', coalesce(c.closed_with_deadline, 0), 'closed_on_time', coalesce(c.closed_on_time, 0),
		'on_time_rate', api.rate(c.closed_on_time, c.closed_with_deadline),
		'reinspections', coalesce(c.reinspections, 0), 'reinspections_failed', coalesce(c.reinspections_failed, 0),
		'reinspection_failure_rate', api.rate(c.reinspections_failed, c.reinspections),
		'median_days_to_close', round(c.median_days::numeric, 2), 'omitted_categories', to_json(p_omitted))
$$;
