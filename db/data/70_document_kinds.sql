-- 文书 by kind: its word in the number (责改〔2026〕第 1 号), in whose name it goes out, and what it is issued about. Office defaults.
INSERT INTO hz.document_kind AS k (code, position, name_zh, name_en, word, issuer, resource, inspection_kinds) VALUES
	('rectification_order', 1, '责令限期改正通知书', 'Rectification order', '责改', 'bureau', 'rectification_order', NULL),
	('service_receipt', 2, '送达回证', 'Receipt of service', '送达', 'bureau', 'order_service', NULL),
	('reinspection_opinion', 3, '整改复查意见书', 'Opinion on a re-inspection', '复查', 'bureau', 'finding_act', NULL),
	('inspection_notice', 4, '检查通知书', 'Notice of inspection', '检通', 'bureau', 'inspection_act', '{routine,special,case,supervision}'),
	('inspection_record', 5, '现场检查笔录', 'Record of an inspection', '检录', 'bureau', 'inspection', '{routine,special,case,supervision}'),
	('patrol_notice', 6, '巡查走访通知书', 'Notice of patrol', '巡通', 'street', 'inspection_act', '{patrol}'),
	('patrol_record', 7, '巡查走访记录', 'Record of a patrol', '巡录', 'street', 'inspection', '{patrol}'),
	('self_inspection_record', 8, '安全自查记录', 'Record of a self-inspection', '自录', 'institution', 'inspection', '{self,sweep,red_armband}')
ON CONFLICT (code) DO UPDATE
   SET position = EXCLUDED.position, name_zh = EXCLUDED.name_zh, name_en = EXCLUDED.name_en, issuer = EXCLUDED.issuer, resource = EXCLUDED.resource,
       inspection_kinds = EXCLUDED.inspection_kinds
 WHERE (k.position, k.name_zh, k.name_en, k.issuer, k.resource, k.inspection_kinds) IS DISTINCT FROM (EXCLUDED.position, EXCLUDED.name_zh,
	EXCLUDED.name_en, EXCLUDED.issuer, EXCLUDED.resource, EXCLUDED.inspection_kinds);	-- a word the office has set stays
