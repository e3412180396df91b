-- How long a step may take, by edition. basis_read = true: the text itself was read; legal_basis null: office default.
INSERT INTO hz.time_limit AS l (code, region, edition, title, title_en, amount, day_kind, resource, starts_with, ends_with, severity, self_found,
	responsible, legal_basis, basis_read, effective_from, note) VALUES
	('reinspection', '50', '1', '申请复查后的复查时限', 'Re-inspection after it was asked for', 10, 'calendar', 'finding', 'reinspection-requests',
	 '{reinspections}', NULL, NULL, '{inspector}', NULL, false, '2021-01-01', '按本市规定 10 日；条文待核'),
	('major_escalation', '', '1', '机构自查发现重大隐患的上报时限', 'Report of a major hazard an institution found itself', 0, 'calendar', 'finding', 'create',
	 '{escalations,confirmations}', 'major', true, '{institution}', '《安全生产法》（2021 年修正）第四十一条', true, '2021-09-01', '法律要求及时报告；当日为本局掌握')
ON CONFLICT (code, region, edition) DO UPDATE
   SET title = EXCLUDED.title, title_en = EXCLUDED.title_en, amount = EXCLUDED.amount, day_kind = EXCLUDED.day_kind, resource = EXCLUDED.resource,
       starts_with = EXCLUDED.starts_with, ends_with = EXCLUDED.ends_with, severity = EXCLUDED.severity, self_found = EXCLUDED.self_found,
       responsible = EXCLUDED.responsible, legal_basis = EXCLUDED.legal_basis, basis_read = EXCLUDED.basis_read,
       effective_from = EXCLUDED.effective_from, note = EXCLUDED.note
 WHERE l.created_by IS NULL;
