-- One part a kind of work; what is not for the caller's role is never run. `at` orders all: the end of the due day, or since when it
-- waits.
SELECT api.audit_worklist(coalesce(json_agg(json_build_object('task', p.task, 'resource', p.resource, 'resource_id', p.resource_id, 'href', p.href,
		'title', p.title, 'institution_id', p.institution_id,
		'institution_name', (SELECT name FROM hz.institution n WHERE n.id = p.institution_id),
		'district', p.district, 'street', p.street, 'state', p.state, 'due_on', p.due_on,
		'overdue', coalesce(p.due_on < api.today(), false), 'since', api.ts(p.since)) ORDER BY p.n) FILTER (WHERE p.n <= :limit), '[]'), 'tasks_of_reports_listed', :role, :csv) AS items,
       CASE WHEN count(*) > :limit THEN (array_agg(json_build_array(p.at::text, p.id::text) ORDER BY p.n))[:limit] END AS next_key
  FROM (SELECT u.*, row_number() OVER (ORDER BY u.at, u.id) AS n
	  FROM (
		\ir _inspections.sql
		UNION ALL
		\ir _new_findings.sql
		UNION ALL
		\ir _orders.sql
		UNION ALL
		\ir _unplanned_findings.sql
		UNION ALL
		\ir _waiting_findings.sql
		UNION ALL
		\ir _due_findings.sql
		UNION ALL
		\ir _own_findings.sql
		UNION ALL
		\ir _extensions.sql
		UNION ALL
		\ir _reports.sql
		UNION ALL
		\ir _assignments.sql
		UNION ALL
		\ir _identities.sql
		UNION ALL
		-- clocks: of institutions for callers who have a list of them, else of districts
		SELECT 'to_follow_up', (l.c).resource, (l.c).resource_id, api.clock_href(l.c), (l.c).id,
		       ((l.c).due_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai', (l.c).due_on, (l.c).started_at, (l.c).title,
		       (l.c).institution_id, (l.c).district, (l.c).street, 'running'
		  FROM (SELECT l.c FROM unnest(:districts) d CROSS JOIN LATERAL (
				SELECT c FROM hz.clock c
				 WHERE c.district = d
				   \ir _clock.sql
				 ORDER BY c.due_on, c.id LIMIT :limit + 1) l
			 WHERE cardinality(:institutions) = 0
			UNION ALL
			SELECT l.c FROM unnest(:institutions) n CROSS JOIN LATERAL (
				SELECT c FROM hz.clock c
				 WHERE c.institution_id = n
				   \ir _clock.sql
				 ORDER BY c.due_on, c.id LIMIT :limit + 1) l) l
		) u
	 ORDER BY n
	 LIMIT :limit + 1) p
