-- Referrals: what a handover and a copy do, the wait for a reply, what comes back, and who sees which of them.
BEGIN;
SELECT no_plan();
\ir lib/scene.psql
INSERT INTO person VALUES ('leader', '00000000-0000-7000-8000-000000000010', 'leader', '', '');
INSERT INTO hz.actor (id, district, kind, name) VALUES ('00000000-0000-7000-8000-000000000010', '500103', 'person', 'leader');

CREATE FUNCTION pg_temp.at(p_at text) RETURNS void LANGUAGE sql AS $$ SELECT set_config('app.clock', p_at || '+08:00', true) $$;
CREATE FUNCTION pg_temp.make(p_name text, p_more text DEFAULT '{}') RETURNS uuid LANGUAGE sql AS $$
	SELECT (pg_temp.call(p_name, 'api.finding_create($1)', '{"institution_id": "00000000-0000-7000-8000-0000000000a1", "category": "disaster", "severity": "general",
		"description": "后坡挡墙开裂"}'::jsonb || p_more::jsonb) ->> 'id')::uuid
$$;
CREATE FUNCTION pg_temp.refer(p_id uuid, p_more text DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	SELECT pg_temp.call('chief', format('api.finding_refer(%L, $1)', p_id), '{"receiving_body": "housing", "matter": "请鉴定"}'::jsonb || p_more::jsonb)
$$;
CREATE FUNCTION pg_temp.reply(p_id uuid, p_referral text, p_body text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT pg_temp.call('chief', format('api.referral_reply(%L, %L, $1)', p_id, p_referral), p_body::jsonb)
$$;
CREATE TEMPORARY TABLE made AS SELECT pg_temp.make('ann') AS id, NULL::jsonb AS copy, NULL::jsonb AS handover;
SELECT pg_temp.call('ann', format('api.finding_order(%L, $1)', id), '{"days": 10}') FROM made \g /dev/null
SELECT pg_temp.call('home', format('api.finding_progress(%L, $1)', id), '{"note": "已动工"}') FROM made \g /dev/null
SELECT pg_temp.call('home', format('api.finding_act(%L, ''reinspection-requests'', $1)', id), '{}') FROM made \g /dev/null

-- Faults, all at once; nobody but the chief.
SELECT is(pg_temp.faults(pg_temp.refused('chief', format('api.finding_refer(%L, $1)', id), '{"receiving_body": "nobody", "matter": "x", "receiver": "王"}')),
	'{"/receiving_body": "unknown_reference", "/received_at": "required"}', 'an unknown body, half a receipt') FROM made;
SELECT is(pg_temp.faults(pg_temp.refused('chief', format('api.finding_refer(%L, $1)', id), '{"receiving_body": "other", "matter": "x"}')),
	'{"/receiving_name": "required"}', 'another body has a name') FROM made;
SELECT is(pg_temp.refused('ann', format('api.finding_refer(%L, $1)', id), '{"receiving_body": "housing", "matter": "x"}') ->> 'code', 'forbidden', 'not an inspector') FROM made;
SELECT is(pg_temp.faults(pg_temp.refused('chief', format('api.finding_refer(%L, $1)', id), '{"receiving_body": "housing", "matter": "x", "sent_at": "2026-11-22T09:00:00+08:00"}')),
	'{"/sent_at": "occurred_at_out_of_order"}', 'not before it was found') FROM made;
SELECT is(count(*), 0::bigint, 'nothing of it is left') FROM hz.referral;

-- A copy changes nothing, waits on the worklist, and no later step has to wait for it.
SELECT pg_temp.at('2026-11-25T10:00:00') \g /dev/null
UPDATE made SET copy = pg_temp.refer(id, '{"receiving_body": "other", "receiving_name": "区地灾中心", "document_number": "渝中民函〔2026〕7号", "sent_at": "2026-11-24T16:00:00+08:00"}');
SELECT is(ARRAY[copy ->> 'from_state', copy ->> 'state', copy ->> 'result', copy #>> '{referral,state}', copy #>> '{referral,receiving_name}', copy #>> '{referral,reply_due_on}'],
	'{reinspection_requested,reinspection_requested,copy,waiting,区地灾中心,2026-12-15}', 'a copy; 15 working days to wait') FROM made;
SELECT is(ARRAY[f.last_act_at < '2026-11-24', f.is_open], '{t,t}', 'the finding goes on as before') FROM hz.finding f, made WHERE f.id = made.id;
SELECT is(ARRAY[c.kind, c.resource, c.due_on::text, c.explanation #>> '{0,text}'], '{referral_reply,referral,2026-12-15,抄告区地灾中心（渝中民函〔2026〕7号）}', 'its clock says what for')
  FROM hz.clock c, made WHERE c.resource_id = (copy ->> 'id')::uuid AND c.ended_at IS NULL;

-- Handed over: not the office's any more, until the answer.
SELECT pg_temp.at('2026-11-26T10:00:00') \g /dev/null
UPDATE made SET handover = pg_temp.refer(id, '{"handover": true, "receiver": "李", "received_at": "2026-11-26T10:00:00+08:00"}');
SELECT is(ARRAY[handover ->> 'state', handover #>> '{referral,receiving_name}', handover #>> '{referral,receiver}'], '{transferred,住房和城乡建设部门,李}', 'handed over') FROM made;
SELECT is(ARRAY[f.state, f.is_open::text, f.due_on::text, (f.closed_at IS NOT NULL)::text], '{transferred,false,2026-12-03,true}', 'away, its deadline still known') FROM hz.finding f, made WHERE f.id = made.id;
SELECT is(count(*), 0::bigint, 'the clock of the re-inspection stands still') FROM hz.clock c, made WHERE c.finding_id = made.id AND c.resource = 'finding' AND c.ended_at IS NULL;
SELECT is(pg_temp.refused('chief', format('api.finding_refer(%L, $1)', id), '{"receiving_body": "police", "matter": "x", "handover": true}') - 'status',
	'{"code": "invalid_state", "state": "transferred", "allowed": ["referrals", "replies"]}', 'not to two at once') FROM made;
SELECT is(pg_temp.refused('chief', format('api.referral_receipt(%L, %L, $1)', id, handover ->> 'id'), '{"receiver": "张"}') ->> 'code', 'conflict', 'a receipt is given once') FROM made;
SELECT is(pg_temp.call('chief', format('api.referral_receipt(%L, %L, $1)', id, copy ->> 'id'), '{"receiver": "张", "received_at": "2026-11-25T09:00:00+08:00"}') ->> 'received_at',
	'2026-11-25T09:00:00.000+08:00', 'the other one''s came later') FROM made;
SELECT is(pg_temp.faults(pg_temp.refused('chief', format('api.referral_receipt(%L, %L, $1)', id, copy ->> 'id'), '{"receiver": "张", "received_at": "2026-11-24T09:00:00+08:00"}')),
	'{"/received_at": "occurred_at_out_of_order"}', 'not before it was sent') FROM made;

-- Returned: what it was, with its deadline as it was, and the reason why.
SELECT pg_temp.at('2026-12-01T10:00:00') \g /dev/null
SELECT is(pg_temp.faults(pg_temp.refused('chief', format('api.referral_reply(%L, %L, $1)', id, handover ->> 'id'), '{"result": "x"}')), '{"/outcome": "required"}', 'a handover needs an outcome') FROM made;
SELECT is(pg_temp.faults(pg_temp.refused('chief', format('api.referral_reply(%L, %L, $1)', id, copy ->> 'id'), '{"result": "x", "outcome": "closed"}')), '{"/outcome": "not_expected"}', 'a copy has none') FROM made;
SELECT is(ARRAY[r ->> 'state', r ->> 'finding_state', r ->> 'outcome', r ->> 'deadline'], '{answered,reinspection_requested,returned,2026-12-03}', 'back where it was')
  FROM made, pg_temp.reply(id, handover ->> 'id', '{"result": "不属本部门职责", "outcome": "returned", "document_number": "渝中住建函 3 号"}') r;
SELECT is(ARRAY[d.reason, d.due_on::text, (SELECT string_agg(e ->> 'step', ' ' ORDER BY n) FROM jsonb_array_elements(d.explanation) WITH ORDINALITY x (e, n)), d.explanation #>> '{2,text}', d.counted_from::text],
	'{移送住房和城乡建设部门后退回，期限不变,2026-12-03,event rule event counting result,2026-11-26 移送住房和城乡建设部门，2026-12-01 退回本局：期限不因移送中止,2026-11-23}', 'the deadline explains itself')
  FROM hz.deadline d, made WHERE d.finding_id = made.id AND d.current;
SELECT is(array_agg(kind || due_on ORDER BY kind), '{reinspection2026-12-03}', 'the clock of the re-inspection goes on as it went') FROM hz.clock c, made WHERE c.finding_id = made.id AND c.resource = 'finding' AND c.ended_at IS NULL;
SELECT is(ARRAY[c.ended_by, api.ts(c.ended_at)], '{replies,2026-12-01T10:00:00.000+08:00}', 'the wait is over') FROM hz.clock c, made WHERE c.resource_id = (handover ->> 'id')::uuid;
SELECT is(pg_temp.refused('chief', format('api.referral_reply(%L, %L, $1)', id, handover ->> 'id'), '{"result": "x", "outcome": "closed"}') - 'status',
	'{"code": "invalid_state", "state": "answered", "allowed": ["receipts"]}', 'answered once') FROM made;
SELECT is(pg_temp.refused('chief', format('api.referral_reply(%L, %L, $1)', pg_temp.make('ann'), handover ->> 'id'), '{"result": "x", "outcome": "closed"}') ->> 'code', 'not_found', 'of another finding it is none') FROM made;

SELECT is(api.explain_again(d.explanation, '2026-11-23', 10, 'calendar', 'none'), d.explanation, 'and goes on doing so when it is counted again') FROM hz.deadline d, made WHERE d.finding_id = made.id AND d.current;

-- A copy's answer ends its wait and nothing else; handed over again and dealt with there, the finding is closed.
SELECT pg_temp.at('2026-12-16T10:00:00') \g /dev/null
SELECT is(ARRAY[j ->> 'overdue', j ->> 'days_left'], '{true,-1}', 'no answer in time') FROM made, hz.referral r, to_jsonb(api.referral_json(r)) j WHERE r.id = (copy ->> 'id')::uuid;
SELECT is(ARRAY[r ->> 'state', r ->> 'finding_state', r ->> 'outcome'], '{answered,reinspection_requested,NULL}', 'an answer to a copy') FROM made, pg_temp.reply(id, copy ->> 'id', '{"result": "已派员查看"}') r;
SELECT is(ARRAY[j ->> 'overdue', j ->> 'days_left'], '{false,NULL}', 'and no more waiting') FROM made, hz.referral r, to_jsonb(api.referral_json(r)) j WHERE r.id = (copy ->> 'id')::uuid;
UPDATE made SET handover = pg_temp.refer(id, '{"handover": true}');
SELECT is(ARRAY[r ->> 'finding_state', r ->> 'deadline'], '{closed,NULL}', 'dealt with there') FROM made, pg_temp.reply(id, handover ->> 'id', '{"result": "已加固", "outcome": "closed", "replied_at": "2026-12-16T10:00:00+08:00"}') r;
SELECT is(array_agg(a.command || ' ' || a.outcome || ' ' || a.to_state ORDER BY a.recorded_at, a.id), '{"referrals copy reinspection_requested","referrals handover transferred","replies returned reinspection_requested","referrals handover transferred","replies closed closed"}', 'all of it is on record')
  FROM hz.finding_act a, made WHERE a.finding_id = made.id AND a.command IN ('referrals', 'replies');

-- Every state comes back as itself.
SELECT is(array_agg(DISTINCT (r ->> 'finding_state') ORDER BY r ->> 'finding_state'), '{confirmed,ordered,reported}', 'from each state back to it')
  FROM (SELECT pg_temp.make('street') AS id UNION ALL SELECT pg_temp.make('ann') UNION ALL
	SELECT (pg_temp.call('ann', format('api.finding_order(%L, $1)', i), '{"days": 3}') ->> 'finding_id')::uuid FROM pg_temp.make('ann') i) m,
	pg_temp.reply(m.id, pg_temp.refer(m.id, '{"handover": true}') ->> 'id', '{"result": "x", "outcome": "returned"}') r;

-- Events: of the finding and of the referral. The institution knows of the handover and of nothing else.
SELECT is(array_agg(e.what || ' ' || coalesce(e.from_state, '-') || ' ' || e.to_state ORDER BY e.id), '{"created - waiting","receipts waiting waiting","replies waiting answered"}', 'events of a referral')
  FROM hz.event e, made WHERE e.resource = 'referral' AND e.resource_id = (copy ->> 'id')::uuid;
CREATE FUNCTION pg_temp.sees(p_name text, p_sql text) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.call(p_name, format('(SELECT to_jsonb(%s) AS body)', p_sql)) #>> '{}' $$;
SELECT is(ARRAY[pg_temp.sees(n, q.referrals), pg_temp.sees(n, q.acts), pg_temp.sees(n, q.events), pg_temp.sees(n, q.replies)], v.want, 'what ' || n || ' sees')
  FROM made, (VALUES ('chief', '{3,3,10,3}'::text[]), ('home', '{2,2,6,2}')) v (n, want),
	LATERAL (SELECT format('(SELECT count(*) FROM hz.referral WHERE finding_id = %L)', id) AS referrals,
		format('(SELECT count(*) FROM hz.finding_act WHERE finding_id = %L AND command = ''referrals'')', id) AS acts,
		format('(SELECT count(*) FROM hz.event WHERE resource = ''referral'' AND resource_id IN (SELECT r.id FROM hz.finding_act r WHERE r.finding_id = %1$L) OR resource_id = %1$L AND what = ''referrals'')', id) AS events,
		format('(SELECT count(*) FROM hz.referral_reply p JOIN hz.referral r ON r.id = p.referral_id WHERE r.finding_id = %L)', id) AS replies) q;

SELECT finish();
ROLLBACK;
