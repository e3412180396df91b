-- Evidence of what was done: small drawn pictures that say 演示. Whoever shows one has uploaded it a minute before, but for one
-- that is still in the phone.

CREATE FUNCTION pg_temp.photo(p_name text, p_role text) RETURNS jsonb LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_array(jsonb_build_object('sha256', sha256, 'role', p_role)) FROM pg_temp.demo_file WHERE name = p_name
$$;

UPDATE demo_step s SET body = s.body || jsonb_build_object('attachments', CASE
	WHEN op = 'findings' THEN pg_temp.photo('exit_before.jpg', 'before')
	WHEN op = 'findings/self-acceptances' THEN pg_temp.photo('self_after.jpg', 'after')
	WHEN op = 'findings/reinspections' THEN pg_temp.photo('bell_reinspection.jpg', 'reinspection')
	WHEN op = 'inspections/signatures' THEN pg_temp.photo('signature.png', 'signature')
	WHEN target = pg_temp.id('finding', 1) THEN pg_temp.photo('exit_after.jpg', 'after')
	WHEN target = pg_temp.id('finding', 31)	-- still to be uploaded
		THEN jsonb_build_array(jsonb_build_object('sha256', encode(sha256('演示：还在手机里的照片'), 'hex'), 'role', 'after'))
	ELSE pg_temp.photo('spot_after.jpg', 'after') END)
 WHERE op IN ('findings/corrections', 'findings/self-acceptances')
    OR op = 'findings' AND body ->> 'id' = pg_temp.id('finding', 1)::text
    OR op = 'findings/reinspections' AND target = pg_temp.id('finding', 3)
    OR op = 'inspections/signatures' AND body ->> 'name' = '周砚青';

INSERT INTO demo_step (at, actor, op, target, body)
SELECT s.at - interval '1 minute', s.actor, 'attachments', NULL, to_jsonb(f)
  FROM demo_step s JOIN demo_file f ON s.body -> 'attachments' -> 0 ->> 'sha256' = f.sha256;
