-- What is read of a finding f: the group it is in, and what is counted.
CASE :q_group_by WHEN 'category' THEN f.category WHEN 'severity' THEN f.severity WHEN 'state' THEN f.state WHEN 'source' THEN f.source_kind
	WHEN 'type' THEN f.institution_type WHEN 'district' THEN f.district WHEN 'street' THEN f.street
	WHEN 'institution' THEN f.institution_id::text WHEN 'month' THEN to_char(f.found_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') END AS key,
f.state, f.is_open, f.severity, f.source_kind, f.self_found, f.due_on, f.found_at, f.closed_at, f.closed_by, f.reinspected, f.reinspection_failed
