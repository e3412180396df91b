-- Findings: what was seen, by whom, and which course it took. Courses are told once below and shared.
-- who: I its inspector, J another one (who did not order it), C the section chief, N the institution's safety officer,
-- S the street, T a member of staff, X the linked system, L the leader.

CREATE TEMPORARY TABLE demo_finding (
	n integer PRIMARY KEY, inst text, category text, severity text, course text, day integer, at time, days integer, visit integer,
	key_place text, location text, description text, suggestion text, recurs_of integer,
	clause integer, violated_clause text);

INSERT INTO demo_finding (n, inst, category, severity, course, day, at, days, visit, key_place, location, description, suggestion) VALUES
	( 1, 'h1', 'fire', 'general', 'on_the_spot', -26, '22:05', NULL, 1, '安全出口、疏散楼梯', '三楼东侧', '三楼东侧安全出口夜间上锁', '拆除挂锁，改装推杠锁'),
	( 2, 'h1', 'food_drug', 'general', 'closed_quickly', -20, '10:10', 3, 2, '留样柜', '一楼食堂', '午餐留样仅 60 克，无时间标签', '每品种留足 125 克，贴齐标签，冷藏 48 小时'),
	( 3, 'h1', 'personal', 'general', 'call_bell', -20, '10:50', 7, 2, '卫生间', '二楼 205 室', '205 卫生间呼叫器失效', '更换并接通呼叫器，逐间测试'),
	( 4, 'h1', 'service', 'general', 'night_shift', -26, '22:20', 14, 1, '护理区（夜间）', '三楼护理区', '夜班一人看护 38 名失能老人，巡房记录事后补填', '夜班增至三人，巡房记录当时填写'),
	( 5, 'f1', 'disaster', 'major', 'retaining_wall', -9, '10:40', 30, 3, '挡墙、边坡', '后坡平台', '后坡挡墙鼓胀开裂，裂缝最宽 4 厘米', '封闭平台，委托鉴定，按鉴定意见加固'),
	( 6, 'c1', 'fire', 'general', 'self_closed', -6, '09:00', NULL, 4, '走道', '二楼走道', '二楼两盏应急灯不亮', '更换应急灯'),
	( 7, 'c1', 'disaster', 'general', 'self_rectifying', -6, '09:20', NULL, 4, '排水沟', '后院', '后院排水沟淤积约三分之一', '清掏并换盖板'),
	( 8, 's1', 'fire', 'general', 'street_reported', -8, '15:20', NULL, 12, '楼道', '站点门外楼道', '楼道堆放旧家具，占用疏散通道', '清出并落实专人'),
	( 9, 'h1', 'personal', 'general', 'staff_reported', -1, '19:30', NULL, NULL, '浴室', '二楼浴室', '浴室出水忽冷忽热，前天烫过一次手', '加装恒温阀'),
	(10, 's5', 'fire', 'general', 'street_dismissed', -14, '15:00', NULL, NULL, '楼道', '隔壁门面', '门口电动车充电线横跨通道', NULL),
	(11, 'c2', 'political', 'general', 'self_confirmed', -11, '10:00', NULL, NULL, '电子显示屏', '大厅', '电子屏控制电脑无口令，谁都能改内容', '设口令，先审后播，登记到人'),
	(12, 'h5', 'personal', 'general', 'in_order_ordered', -3, '09:40', 4, 6, '电梯', '客梯', '电梯检验标志已过期六天', '停用并申报检验，合格后启用'),
	(13, 'h5', 'fire', 'general', 'in_order_ordered', -3, '10:20', 3, 6, '厨房', '厨房', '燃气报警器与切断阀未联动', '请燃气单位接通并测试'),
	(14, 'c4', 'responsibility', 'general', 'closed', -15, '10:30', 10, 13, '办公室', '办公室', '疏散演练签到三十人，照片上只有十二人', '按实际重新演练，如实记录'),
	(15, 'h3', 'disaster', 'general', 'self_rectifying', -7, '10:00', NULL, 14, '地下室', '地下室', '二号排水泵不启动', '更换电机，汛期每周试运行'),
	(16, 'h5', 'fire', 'general', 'failed_twice', -33, '10:00', 15, 16, '消防控制室', '消防控制室', '消防控制室一名值班员无证', '持证人员值守，每班两人'),
	(17, 'h4', 'personal', 'general', 'in_order_closed', -18, '09:40', 10, 20, '护理区', '四楼护理区', '两名老人在用约束带，没有同意书', '停用，评估后由家属书面同意，按时松解'),
	(18, 'h4', 'food_drug', 'general', 'in_order_requested', -18, '10:10', 21, 20, '药柜', '四楼护理站', '夜班一人发药，无人核对', '两人核对并签名'),
	(19, 'h4', 'service', 'general', 'in_order_ordered', -18, '10:40', 15, 20, '护理站', '四楼护理站', '凌晨三点的巡房记录写于前一晚十点', '当时填写，护士长每周对照监控抽查'),
	(20, 'h4', 'psychological', 'general', 'in_order_rectifying', -18, '11:00', 20, 20, '护理区', '五楼护理区', '一名有抑郁表现的老人没有专门照护方案', '请专科评估，一人一策，交接班必交'),
	(21, 'h6', 'fire', 'general', 'terminated', -50, '10:00', 15, NULL, '安全出口', '一楼后门', '后门加装防盗栅栏，无法从内开启', '拆除栅栏'),
	(22, 'k1', 'epidemic', 'general', 'closed', -40, '10:00', 7, 17, '隔离观察室', '三楼', '隔离观察室堆放被褥杂物', '清空，配齐防护物品'),
	(23, 'm1', 'public_opinion', 'general', 'confirmed', -2, '09:30', NULL, NULL, '大厅', '颁证大厅', '高峰日引导预案仍是三年前的人员名单', '更新名单并演练一次'),
	(24, 's7', 'food_drug', 'general', 'street_reported', -1, '11:00', NULL, NULL, '助餐点', '助餐窗口', '助餐点未公示供餐单位许可证', NULL),
	(25, 'h2', 'psychological', 'general', 'self_accepted', -13, '09:00', NULL, NULL, '员工休息区', '二楼', '三名护理员连上五个夜班', '调整排班，安排谈心'),
	(26, 'r1', 'political', 'general', 'ordered', -2, '15:00', 5, NULL, '宣传栏', '大门内', '宣传栏张贴未经审核的外来讲座海报', '撤下并补办审批'),
	(27, 'p1', 'psychological', 'general', 'rectifying', -8, '14:30', 10, NULL, '康复室', '二楼', '两名学员无一人一策档案', '补建档案，明确危机联系人'),
	(28, 'o1', 'public_opinion', 'general', 'ordered', -12, '10:00', 7, NULL, '接待处', '接待处', '投诉登记有收到时间、无答复时间', '补登并回访未答复的三件'),
	(29, 'f2', 'fire', 'general', 'closed', -44, '10:20', 5, NULL, '祭扫区', '室外祭扫区', '祭扫用火区没有灭火器，无人看护', '配灭火器四具，祭扫时段专人看护'),
	(30, 'f1', 'food_drug', 'general', 'closed', -36, '11:00', 5, NULL, '守灵厅', '守灵厅', '守灵餐供餐单位许可证未查验', '查验留存许可证，逐次登记'),
	(31, 'k1', 'personal', 'general', 'on_the_spot', -40, '10:30', NULL, 17, '活动场地', '室外滑梯', '滑梯扶手螺栓外露', '加装护帽'),
	(32, 'c3', 'epidemic', 'general', 'self_closed', -22, '09:00', NULL, NULL, '库房', '库房', '消毒剂与米面同柜存放', '分柜上锁，贴标签'),
	(33, 'c5', 'responsibility', 'general', 'closed', -41, '10:00', 10, NULL, '办公室', '办公室', '三名临时工未签安全责任书', '补签并培训'),
	(34, 'c6', 'fire', 'general', 'merged', -5, '10:00', NULL, NULL, '走道', '二楼走道', '二楼三盏应急灯不亮', NULL),
	(35, 'c6', 'fire', 'general', 'ordered', -5, '10:20', 11, NULL, '走道', '二楼', '二楼应急照明回路整体失电', '检修回路，逐灯测试'),
	(36, 'c7', 'service', 'general', 'voided', -16, '10:00', NULL, NULL, '护理站', '一楼', '护理等级与协议不一致', NULL),
	(37, 's20', 'fire', 'general', 'closed', -29, '15:00', 3, NULL, '楼道', '站点门内', '电动车电池在活动室充电', '清出电池，设室外充电点'),
	(38, 's22', 'personal', 'general', 'requested', -9, '10:00', 12, NULL, '卫生间', '公用卫生间', '坐便器旁扶手松动', '重新固定，加防滑垫'),
	(39, 's25', 'food_drug', 'general', 'rectifying', -17, '10:30', 10, NULL, '助餐点', '助餐间', '一名助餐员健康证明过期', '停岗体检，取证后上岗'),
	(40, 's30', 'political', 'general', 'confirmed_dismissed', -24, '10:00', NULL, NULL, '阅览角', '阅览角', '书架上有三本无书号的小册子', NULL),
	(41, 's33', 'disaster', 'general', 'ordered', -6, '11:00', 15, NULL, '外墙', '临街外墙', '临街外墙饰面空鼓约两平方米', '设警戒，请房屋管理单位铲除修补'),
	(42, 'c8', 'public_opinion', 'general', 'closed', -27, '10:00', 5, NULL, '新媒体账号', '公众号', '公众号未经同意发布老人正面照片', '撤下，取得书面同意再发'),
	(43, 'c9', 'psychological', 'general', 'confirmed', -3, '15:00', NULL, NULL, '护理档案', '护理站', '近三月新入住四人无情绪评估', '补做评估'),
	(44, 'c10', 'epidemic', 'general', 'ordered', -7, '10:00', 7, NULL, '大门', '接待处', '来访登记断档十天', '恢复登记，专人值守'),
	(45, 'c11', 'fire', 'general', 'ordered', -30, '10:00', 10, NULL, '建筑消防设施', '全楼', '去年检测报告所列九项问题未处理', '逐项维修，报告留存'),
	(46, 'h2', 'fire', 'general', 'closed', -70, '10:00', 5, NULL, '走道', '三楼', '三楼灭火器压力不足四具', '更换'),
	(47, 'h2', 'fire', 'general', 'rectifying', -10, '10:00', 15, NULL, '走道', '三楼', '三楼灭火器压力不足两具，半年内再次发生', '更换并与维保单位约定月检'),
	(48, 'm1', 'service', 'general', 'on_the_spot', -58, '11:00', NULL, NULL, '证件库', '登记窗口', '空白结婚证放在窗口抽屉', '入柜双锁'),
	(49, 's12', 'service', 'general', 'self_reported', -1, '09:00', NULL, NULL, '活动室', '活动室', '日托老人接送无登记', '建接送登记本'),
	(50, 'h3', 'fire', 'general', 'system_reported', -1, '03:12', NULL, NULL, '消防控制室', '消防控制室', '消防主机故障信号两小时无人确认', NULL),
	(51, 'h4', 'fire', 'major', 'confirmed', -1, '16:00', NULL, NULL, '疏散楼梯', '西侧楼梯间', '西侧疏散楼梯间被封闭改作储藏间', '立即清空恢复'),
	(52, 'h2', 'personal', 'general', 'staff_rectifying', -12, '20:00', 10, NULL, '开水间', '三楼开水间', '开水间门不上锁，老人可独自进入', '加装门锁与警示'),
	(53, 's15', 'epidemic', 'general', 'street_confirmed', -4, '14:00', NULL, NULL, '活动室', '活动室', '活动室无窗，无通风设备', '加装排风'),
	(54, 'h2', 'fire', 'major', 'awaiting_closure', -28, '10:30', 25, NULL, '屋顶', '四楼屋顶', '屋顶用泡沫夹芯彩钢板搭建活动室，老人在内做手工', '停用并拆除，恢复屋顶');
UPDATE demo_finding SET recurs_of = 46 WHERE n = 47;
-- what makes the major ones major: the clause of a standard (db/data/42), or words where there is none
UPDATE demo_finding SET violated_clause = '《安全生产法》第四十一条第二款' WHERE n = 5;
UPDATE demo_finding SET clause = 109, violated_clause = '封闭疏散楼梯间，《消防法》第二十八条' WHERE n = 51;
UPDATE demo_finding SET clause = 103 WHERE n = 54;

-- day is counted from the finding's day, except from_due: then from the day its first deadline ends;
-- at: NULL the moment of the finding, +NN so many minutes later, else the hour.
CREATE TEMPORARY TABLE demo_course (course text, k integer, from_due boolean, day integer, at text, who text, op text, body jsonb);
INSERT INTO demo_course VALUES
	('on_the_spot',        1, false, 0, NULL,    'I', 'findings', '{}'),
	('on_the_spot',        2, false, 0, '+20',   'I', 'findings/corrections', '{"note": "当场整改完毕，已复看"}'),
	('confirmed',          1, false, 0, NULL,    'I', 'findings', '{}'),
	('confirmed_dismissed',1, false, 0, NULL,    'I', 'findings', '{}'),
	('confirmed_dismissed',2, false, 2, '15:00', 'C', 'findings/dismissals', '{"note": "经核为内部学习资料，不构成隐患"}'),
	('ordered',            1, false, 0, NULL,    'I', 'findings', '{}'),
	('ordered',            2, false, 0, '+60',   'I', 'findings/orders', '{}'),
	('rectifying',         1, false, 0, NULL,    'I', 'findings', '{}'),
	('rectifying',         2, false, 0, '+60',   'I', 'findings/orders', '{}'),
	('rectifying',         3, false, 2, '16:30', 'N', 'findings/progress-reports', '{"note": "已开始整改，材料已采购"}'),
	('requested',          1, false, 0, NULL,    'I', 'findings', '{}'),
	('requested',          2, false, 0, '+60',   'I', 'findings/orders', '{}'),
	('requested',          3, false, 2, '16:30', 'N', 'findings/progress-reports', '{"note": "已整改，观察两天"}'),
	('requested',          4, false, 5, '09:30', 'N', 'findings/reinspection-requests', '{"note": "整改完成，申请复查"}'),
	('closed',             1, false, 0, NULL,    'I', 'findings', '{}'),
	('closed',             2, false, 0, '+60',   'I', 'findings/orders', '{}'),
	('closed',             3, false, 1, '16:30', 'N', 'findings/progress-reports', '{"note": "已按要求整改"}'),
	('closed',             4, false, 2, '09:30', 'N', 'findings/reinspection-requests', '{"note": "整改完成，申请复查"}'),
	('closed',             5, false, 3, '10:00', 'J', 'findings/reinspections', '{"result": "passed", "note": "现场复查合格"}'),
	('closed_quickly',     1, false, 0, NULL,    'I', 'findings', '{}'),
	('closed_quickly',     2, false, 0, '12:40', 'I', 'findings/orders', '{}'),
	('closed_quickly',     3, false, 1, '15:00', 'N', 'findings/progress-reports', '{"note": "已换留样盒和电子秤，留样员重新培训"}'),
	('closed_quickly',     4, false, 2, '09:00', 'N', 'findings/reinspection-requests', '{"note": "两天六餐留样齐全，申请复查"}'),
	('closed_quickly',     5, false, 3, '11:30', 'J', 'findings/reinspections', '{"result": "passed", "note": "称得 130 克，标签齐全"}'),
	('call_bell',          1, false, 0, NULL,    'I', 'findings', '{}'),
	('call_bell',          2, false, 0, '12:42', 'I', 'findings/orders', '{}'),
	('call_bell',          3, false, 4, '16:00', 'N', 'findings/progress-reports', '{"note": "已换新呼叫器"}'),
	('call_bell',          4, false, 6, '09:00', 'N', 'findings/reinspection-requests', '{"note": "呼叫器已更换，申请复查"}'),
	('call_bell',          5, false, 7, '10:00', 'J', 'findings/reinspections', '{"result": "failed", "note": "呼叫器是新的，但未接线，按下仍无响应", "next_days": 5}'),
	('call_bell',          6, false, 9, '15:30', 'N', 'findings/progress-reports', '{"note": "电工已接线，二楼逐间测试"}'),
	('call_bell',          7, false, 10, '09:00', 'N', 'findings/reinspection-requests', '{"note": "全层测试通过，申请复查"}'),
	('call_bell',          8, false, 11, '10:30', 'J', 'findings/reinspections', '{"result": "passed", "note": "抽试五处，一分钟内有人到场"}'),
	('night_shift',        1, false, 0, NULL,    'I', 'findings', '{}'),
	('night_shift',        2, false, 0, '22:58', 'I', 'findings/orders', '{}'),
	('night_shift',        3, false, 6, '10:00', 'N', 'findings/progress-reports', '{"note": "已招聘两名夜班护理员，下周到岗"}'),
	('night_shift',        4, false, 13, '09:00', 'N', 'findings/reinspection-requests', '{"note": "夜班已三人，申请复查"}'),
	('night_shift',        5, false, 14, '22:30', 'J', 'findings/reinspections', '{"result": "failed", "note": "夜查仍为一人，排班表三人为事后补写", "next_days": 7, "next_kind": "working"}'),
	('night_shift',        6, false, 17, '11:00', 'N', 'findings/progress-reports', '{"note": "一名护理员已到岗，另一名在培训"}'),
	('retaining_wall',     1, false, 0, NULL,    'I', 'findings', '{}'),
	('retaining_wall',     2, false, 0, '+60',   'I', 'findings/orders', '{}'),
	('retaining_wall',     3, false, 0, '15:00', 'C', 'findings/interim-measures', '{"measures": "封闭后坡平台，拉警戒线，派人值守，雨天加密观测"}'),
	('retaining_wall',     4, false, 1, '09:30', 'C', 'findings/escalations', '{"to_body": "区安委会办公室", "document_number": "渝中民报（演示）5号", "method": "document"}'),
	('retaining_wall',     5, false, 2, '10:00', 'N', 'findings/plans', '{"responsible_unit": "静安殡仪服务站（演示）", "measures": "委托鉴定；卸载坡顶堆物，疏通泄水孔；按鉴定意见加固",
		"funds": "460000.00", "funds_source": "自筹，不足部分申请区级补助", "limit_days": 26, "emergency_plan": "裂缝一天扩大 5 毫米以上即停业撤离，通知下方住户"}'),
	('retaining_wall',     6, false, 3, '16:00', 'L', 'findings/supervisions', '{"action": "list", "reason": "坡下有住户，雨季将至", "level": "district", "supervising_body": "渝中区安委会办公室"}'),
	('awaiting_closure',   1, false, 0, NULL,    'I', 'findings', '{}'),
	('awaiting_closure',   2, false, 0, '+60',   'I', 'findings/orders', '{}'),
	('awaiting_closure',   3, false, 1, '10:00', 'N', 'findings/plans', '{"responsible_unit": "石岭颐年养老院（演示）", "measures": "立即停用并清空，由有资质的单位拆除",
		"funds": "38000.00", "limit_days": 20, "emergency_plan": "拆除期间屋顶不得进人，动火作业专人监护"}'),
	('awaiting_closure',   4, false, 2, '16:00', 'N', 'findings/progress-reports', '{"note": "已清空停用，拆除单位进场"}'),
	('awaiting_closure',   5, false, 18, '09:00', 'N', 'findings/reinspection-requests', '{"note": "拆除完毕，屋面已恢复，申请复查"}'),
	('awaiting_closure',   6, false, 20, '10:00', 'J', 'findings/reinspections', '{"result": "passed", "note": "已全部拆除，报请销号"}'),
	('failed_twice',       1, false, 0, NULL,    'I', 'findings', '{}'),
	('failed_twice',       2, false, 0, '+60',   'I', 'findings/orders', '{}'),
	('failed_twice',       3, true,  2, '10:00', 'J', 'findings/reinspections', '{"result": "failed", "note": "逾期后复查，仍由无证人员单独值守", "next_days": 10}'),
	('failed_twice',       4, true,  6, '16:00', 'N', 'findings/progress-reports', '{"note": "一人已报名考证"}'),
	('failed_twice',       5, true, 13, '10:00', 'J', 'findings/reinspections', '{"result": "failed", "note": "持证人员仅白班在岗，夜班无证", "next_days": 6}'),
	('in_order_ordered',   1, false, 0, NULL,    'I', 'findings', '{}'),
	('in_order_rectifying',1, false, 0, NULL,    'I', 'findings', '{}'),
	('in_order_rectifying',2, false, 5, '15:00', 'N', 'findings/progress-reports', '{"note": "已请专科医生评估，方案在拟"}'),
	('in_order_requested', 1, false, 0, NULL,    'I', 'findings', '{}'),
	('in_order_requested', 2, false, 6, '15:00', 'N', 'findings/progress-reports', '{"note": "夜班增加一名护士，发药双签"}'),
	('in_order_requested', 3, false, 16, '09:00', 'N', 'findings/reinspection-requests', '{"note": "双签已执行十天，申请复查"}'),
	('in_order_closed',    1, false, 0, NULL,    'I', 'findings', '{}'),
	('in_order_closed',    2, false, 3, '15:00', 'N', 'findings/progress-reports', '{"note": "已停用约束带，家属到院签署同意书"}'),
	('in_order_closed',    3, false, 8, '09:00', 'N', 'findings/reinspection-requests', '{"note": "两名老人评估与同意书齐全，申请复查"}'),
	('in_order_closed',    4, false, 10, '10:00', 'J', 'findings/reinspections', '{"result": "passed", "note": "一人已解除约束，一人有同意书和观察记录"}'),
	('terminated',         1, false, 0, NULL,    'I', 'findings', '{}'),
	('terminated',         2, false, 0, '+60',   'I', 'findings/orders', '{}'),
	('terminated',         3, false, 9, '10:00', 'C', 'findings/terminations', '{"note": "机构已停业，老人全部转出，场所退租，终结"}'),
	('merged',             1, false, 0, NULL,    'I', 'findings', '{}'),
	('merged',             2, false, 1, '09:30', 'C', 'findings/merges', '{"note": "与回路失电为同一原因", "into": 35}'),
	('voided',             1, false, 0, NULL,    'I', 'findings', '{}'),
	('voided',             2, false, 1, '09:30', 'C', 'findings/voidings', '{"note": "核对时拿错了另一家机构的协议，撤销认定"}'),
	('self_reported',      1, false, 0, NULL,    'N', 'findings', '{}'),
	('self_rectifying',    1, false, 0, NULL,    'N', 'findings', '{}'),
	('self_rectifying',    2, false, 2, '10:00', 'N', 'findings/progress-reports', '{"note": "已联系施工单位，本周完成"}'),
	('self_closed',        1, false, 0, NULL,    'N', 'findings', '{}'),
	('self_closed',        2, false, 1, '10:00', 'N', 'findings/progress-reports', '{"note": "已采购更换"}'),
	('self_closed',        3, false, 2, '10:00', 'N', 'findings/self-acceptances', '{"note": "负责人现场验收合格"}'),
	('self_accepted',      1, false, 0, NULL,    'N', 'findings', '{}'),
	('self_accepted',      2, false, 2, '10:00', 'N', 'findings/self-acceptances', '{"note": "排班已调整，负责人逐一谈话"}'),
	('self_confirmed',     1, false, 0, NULL,    'N', 'findings', '{}'),
	('self_confirmed',     2, false, 2, '10:00', 'I', 'findings/confirmations', '{"note": "涉及网络安全，由区局跟进"}'),
	('street_reported',    1, false, 0, NULL,    'S', 'findings', '{}'),
	('street_confirmed',   1, false, 0, NULL,    'S', 'findings', '{}'),
	('street_confirmed',   2, false, 1, '10:00', 'C', 'findings/confirmations', '{"note": "属实，待检查员下达整改"}'),
	('street_dismissed',   1, false, 0, NULL,    'S', 'findings', '{}'),
	('street_dismissed',   2, false, 1, '10:00', 'C', 'findings/dismissals', '{"note": "充电线属隔壁商户，已转告社区，不构成本机构隐患"}'),
	('staff_reported',     1, false, 0, NULL,    'T', 'findings', '{}'),
	('staff_rectifying',   1, false, 0, NULL,    'T', 'findings', '{}'),
	('staff_rectifying',   2, false, 1, '10:00', 'I', 'findings/confirmations', '{"note": "到场核实属实"}'),
	('staff_rectifying',   3, false, 1, '10:30', 'I', 'findings/orders', '{}'),
	('staff_rectifying',   4, false, 4, '16:00', 'N', 'findings/progress-reports', '{"note": "门锁已装，警示牌在制"}'),
	('system_reported',    1, false, 0, NULL,    'X', 'findings', '{}');

-- Who is meant in each finding.
CREATE TEMPORARY TABLE demo_who AS
SELECT f.n, w.who, w.actor
  FROM demo_finding f
  JOIN demo_institution i ON i.key = f.inst
  LEFT JOIN demo_visit v ON v.n = f.visit AND v.kind IN ('routine', 'special', 'case', 'supervision')
 CROSS JOIN LATERAL (VALUES
       ('I', coalesce(v.actors[1], 'i' || f.n % 4 + 1)),
       ('J', 'i' || (coalesce(nullif(right(v.actors[1], 1), '')::integer, f.n % 4 + 1) % 4) + 1),
       ('C', CASE i.type WHEN 'elderly_care' THEN 'chief1' ELSE 'chief2' END),
       ('N', (SELECT key FROM demo_actor a WHERE a.role = 'institution' AND f.inst = ANY (a.places))),
       ('S', 'st' || i.street),
       ('T', 'staff_' || f.inst),
       ('L', 'leader'),
       ('X', 'system')) AS w (who, actor);

CREATE FUNCTION pg_temp.order_item(f pg_temp.demo_finding, days integer, kind text DEFAULT 'calendar') RETURNS jsonb LANGUAGE sql STABLE AS $$
	SELECT jsonb_strip_nulls(jsonb_build_object(
		'requirement', f.suggestion, 'responsible_name', b.body ->> 'safety_officer_name', 'days', days, 'day_kind', kind,
		'legal_basis', CASE f.category WHEN 'fire' THEN '《消防法》第十六条' WHEN 'food_drug' THEN '《食品安全法》第五十七条'
		                               WHEN 'responsibility' THEN '《安全生产法》第四十一条第二款' END))
	  FROM pg_temp.demo_institution_body b WHERE b.key = f.inst
$$;

CREATE TEMPORARY TABLE demo_timed AS
SELECT f.n, c.k, c.op, c.body, w.actor,
       CASE WHEN c.at IS NULL THEN pg_temp.at(f.day, f.at)
            WHEN c.at LIKE '+%' THEN pg_temp.at(f.day, f.at) + substr(c.at, 2)::integer * interval '1 minute'
            ELSE pg_temp.at(f.day + c.day + CASE WHEN c.from_due THEN f.days ELSE 0 END, c.at::time) END AS at
  FROM demo_finding f JOIN demo_course c USING (course) JOIN demo_who w ON w.n = f.n AND w.who = c.who;

INSERT INTO demo_step (at, actor, op, target, body)
SELECT t.at, t.actor, t.op, CASE WHEN t.op <> 'findings' THEN pg_temp.id('finding', f.n) END,
       CASE t.op
       WHEN 'findings' THEN jsonb_strip_nulls(jsonb_build_object(
            'id', pg_temp.id('finding', f.n), 'institution_id', pg_temp.inst(f.inst), 'inspection_id', pg_temp.id('inspection', f.visit),
            'category', f.category, 'severity', f.severity, 'description', f.description, 'location', f.location,
            'key_place', f.key_place, 'suggestion', f.suggestion, 'found_at', t.at, 'recurs_of', pg_temp.id('finding', f.recurs_of),
            'clause_id', '01900000-0000-7000-8001-' || lpad(f.clause::text, 12, '0'), 'violated_clause', f.violated_clause))
       WHEN 'findings/orders' THEN pg_temp.order_item(f, f.days)
       WHEN 'findings/reinspections' THEN t.body - '{next_days,next_kind}'::text[] || CASE WHEN t.body ? 'next_days'
            THEN jsonb_build_object('order', pg_temp.order_item(f, (t.body ->> 'next_days')::integer, coalesce(t.body ->> 'next_kind', 'calendar'))) ELSE '{}' END
       WHEN 'findings/plans' THEN t.body - 'limit_days' || jsonb_build_object('time_limit', api.day(t.at) + (t.body ->> 'limit_days')::integer,
            'responsible_person', b.body ->> 'principal_name')
       WHEN 'findings/interim-measures' THEN t.body || jsonb_build_object('from', api.day(t.at), 'responsible_name', b.body ->> 'safety_officer_name')
       WHEN 'findings/merges' THEN t.body || jsonb_build_object('into', pg_temp.id('finding', (t.body ->> 'into')::integer))
       WHEN 'findings/progress-reports' THEN t.body || CASE WHEN f.course LIKE 'self%'   -- in its own loop it names who and by when
            THEN jsonb_build_object('responsible_name', b.body ->> 'safety_officer_name', 'expected_on', api.day(t.at) + 6) ELSE '{}' END
       ELSE t.body END
  FROM demo_timed t JOIN demo_finding f USING (n) JOIN demo_institution_body b ON b.key = f.inst;

-- One order over the four problems of visit 20, served the next day; one over the two of visit 6, handed over on the spot.
INSERT INTO demo_step (at, actor, op, target, body)
SELECT pg_temp.visit_at(v, v.hours * 60 + 20), v.actors[1], 'rectification-orders', NULL,
       jsonb_build_object('id', pg_temp.id('order', v.n), 'institution_id', pg_temp.inst(v.inst), 'inspection_id', pg_temp.id('inspection', v.n),
           'items', (SELECT jsonb_agg(pg_temp.order_item(f, f.days) || jsonb_build_object('finding_id', pg_temp.id('finding', f.n)) ORDER BY f.n)
                       FROM demo_finding f WHERE f.visit = v.n))
  FROM demo_visit v WHERE n IN (6, 20)
UNION ALL
SELECT CASE n WHEN 20 THEN pg_temp.at(v.day + 1, '10:00') ELSE pg_temp.visit_at(v, v.hours * 60 + 25) END, v.actors[1],
       'rectification-orders/services', pg_temp.id('order', v.n),
       jsonb_build_object('method', 'direct', 'receiver', b.body ->> 'principal_name')
  FROM demo_visit v JOIN demo_institution_body b ON b.key = v.inst WHERE n IN (6, 20);
