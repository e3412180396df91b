-- Measures beside the rectification: what went to other bodies and what they answered, a talk, a part that may not be used, a penalty case under
-- way, spot checks. Permits that end soon are in 20_places.sql.

-- One row a step: finding, day and hour, who, what, the body; ids of referrals and cases that later steps name.
INSERT INTO demo_step (at, actor, op, target, body)
SELECT pg_temp.at(v.day, v.hour::time), v.actor, v.op, pg_temp.id('finding', v.n), v.body::jsonb || CASE WHEN v.key IS NULL THEN '{}' ELSE jsonb_build_object(v.key, pg_temp.id('measure', v.ref)) END
  FROM (VALUES
	-- the retaining wall: a copy asks the housing bureau for an expert opinion, which is still to come
	(5, -8, '15:00', 'chief2', 'findings/referrals', 'id', 1, '{"receiving_body": "housing", "receiving_name": "渝中区住房和城乡建设委（演示）",
	   "document_number": "渝中民函〔演示〕5号", "matter": "后坡挡墙鼓胀开裂，请委托鉴定并指导加固"}'),
	(5, -7, '09:30', 'chief2', 'findings/referrals/receipts', 'rid', 1, '{"receiver": "收发室 邹工"}'),
	-- the fire bureau's own to punish: handed over
	(45, -12, '10:00', 'chief1', 'findings/referrals', 'id', 2, '{"handover": true, "receiving_body": "fire_rescue", "receiving_name": "渝中区消防救援支队（演示）",
	   "document_number": "渝中民移〔演示〕1号", "matter": "消防设施检测所列九项问题逾期未改，移送依法查处"}'),
	-- handed over, and back again with its deadline as it was
	(41, -5, '10:00', 'chief1', 'findings/referrals', 'id', 3, '{"handover": true, "receiving_body": "housing", "receiving_name": "渝中区住房和城乡建设委（演示）",
	   "document_number": "渝中民移〔演示〕2号", "matter": "临街外墙饰面空鼓，请按房屋使用安全处理"}'),
	(41, -3, '16:00', 'chief1', 'findings/referrals/replies', 'rid', 3, '{"outcome": "returned", "result": "外墙为机构自有，维修责任在机构，退回督促整改",
	   "document_number": "渝中住建函〔演示〕12号"}'),
	-- the night shift: the principal is talked to after the failed re-inspection
	(4, -10, '10:00', 'chief1', 'findings/enforcement-measures', NULL, NULL, '{"kind": "talk", "place": "区民政局 302 会议室", "persons": [{"name": "院长（演示）", "post": "主要负责人"}],
	   "matter": "夜班看护人手不足，复查不合格", "record": "要求一周内夜班到岗三人；承诺照办，补填记录的值班员调离护理岗位。"}'),
	-- the store room in the stairwell: that part may not be used
	(51, -1, '17:30', 'leader', 'findings/enforcement-measures', NULL, NULL, '{"kind": "order_suspend", "scope": "part", "scope_text": "西侧楼梯间所改储藏间",
	   "document_number": "渝中民停〔演示〕1号", "matter": "封闭疏散楼梯，恢复之前无法保证安全", "legal_basis": "《安全生产法》第六十五条第一款第三项"}'),
	-- nobody with a certificate, twice over: a penalty case, told of and waiting for what the party says
	(16, -4, '09:00', 'leader', 'findings/enforcement-measures', 'id', 4, '{"kind": "penalty_case", "document_number": "渝中民立〔演示〕1号",
	   "matter": "消防控制室无证值守，两次复查不合格", "legal_basis": "《养老机构管理办法》第四十六条"}'),
	(16, -3, '16:00', 'i3', 'findings/enforcement-measures/steps', 'mid', 4, '{"step": "investigated", "facts": "两次复查均无持证人员夜间在岗，值班记录、询问笔录为证。",
	   "investigators": [{"actor_id": "0190d000-0000-7000-8002-000000000007"}, {"actor_id": "0190d000-0000-7000-8002-000000000008"}], "proposal": "警告"}'),
	(16, -1, '10:00', 'chief1', 'findings/enforcement-measures/steps', 'mid', 4, '{"step": "notified", "proposal": "拟给予警告", "hearing_right": false,
	   "document_number": "渝中民告〔演示〕1号"}'),
	-- what institutions have put right themselves
	(6, -3, '15:00', 'chief1', 'findings/spot-checks', NULL, NULL, '{"result": "confirmed", "note": "现场试验，两盏应急灯均亮"}'),
	(32, -12, '15:00', 'chief1', 'findings/spot-checks', NULL, NULL, '{"result": "rejected", "note": "柜子是新的，消毒剂仍放在米面旁",
	   "finding": {"id": "0190d000-0000-7000-8005-000000000060", "description": "消毒剂未入专柜，仍与米面同处存放", "suggestion": "专柜上锁，专人保管"}}')
       ) v (n, day, hour, actor, op, key, ref, body);
