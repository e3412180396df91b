-- Conflict of interest: who must never see a report. Those it names, as the reporter wrote their names, those whose names stand in
-- its words, and those who belong to the institution it is about by any key, past ones too: whoever works or worked there handles
-- nothing about it. Judged when it comes in, with every message of the reporter's, and again when a key is issued.

-- A number of the handling of reports, of the edition in force today.
CREATE FUNCTION api.report_rule(p_key text) RETURNS numeric
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT value FROM hz.report_rule WHERE key = p_key AND effective_from <= api.today()
	   AND (effective_to IS NULL OR effective_to >= api.today()) ORDER BY effective_from DESC LIMIT 1
$$;

-- Words as they are compared: small, without blanks and brackets; a person's name also without what stands in brackets behind it.
CREATE FUNCTION api.plain_words(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT lower(translate(p_text, E' \t\r\n\u00a0\u200b　()（）', '')) $$;

CREATE FUNCTION api.plain_name(p_name text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT lower(regexp_replace(regexp_replace(p_name, '\s', '', 'g'), '(.)[(（].*$', '\1')) $$;

-- Does the name stand in these words? Only names of two Chinese characters or more are looked for.
CREATE FUNCTION api.names_person(p_words text, p_name text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$ SELECT p_name ~ '^[一-鿿]{2,}$' AND strpos(p_words, p_name) > 0 $$;

-- The same of an institution's name, of four characters or more; or is it what the reporter calls it (p_named), or a part of that, or that of it? With or
-- without what stands in brackets behind what the reporter calls it.
CREATE FUNCTION api.names_house(p_words text, p_named text, p_name text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
	SELECT length(h) >= 4 AND (strpos(p_words, h) > 0 OR EXISTS (SELECT FROM unnest(ARRAY[api.plain_words(p_named), api.plain_name(p_named)]) n
		WHERE strpos(n, h) > 0 OR length(n) >= 4 AND strpos(h, n) > 0))
	  FROM api.plain_words(p_name) h
$$;

-- All words of a report in which a name may stand: titles stand beside names.
CREATE FUNCTION api.report_all_words(p_description text, p_named text, p_persons jsonb) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT api.plain_words(concat_ws('|', p_description, p_named, p_persons::text)) $$;

CREATE FUNCTION api.actor_houses(p_actor uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT coalesce(array_agg(DISTINCT u), '{}') FROM hz.api_key k, unnest(k.institutions) u
	 WHERE k.actor_id = p_actor AND k.role IN ('institution', 'staff')
$$;

CREATE FUNCTION api.my_houses() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$ SELECT api.actor_houses(api.me()) $$;

-- May this account have to do with a report about institution p_house (NULL: not known) that names p_names and has p_conflicts?
CREATE FUNCTION api.report_clear_of(p_actor uuid, p_house uuid, p_names text[], p_conflicts uuid[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT p_actor <> ALL (p_conflicts) AND coalesce(p_house <> ALL (api.actor_houses(p_actor)), true)
	   AND NOT EXISTS (SELECT FROM hz.actor a WHERE a.id = p_actor AND api.plain_name(a.name) = ANY (p_names))
$$;

-- Is the caller kept from report p_id? For tables whose rows are seen without the report.
CREATE FUNCTION api.report_names_me(p_id uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
	SELECT NOT api.report_clear_of(api.me(), r.institution_id, r.named_names, r.named_actors) FROM hz.report r WHERE r.id = p_id
$$;

-- Accounts that words concern: by their names (also where one of p_names is); and, of those who work for the bureau as well, by the name of an
-- institution of theirs, in the words or as the reporter calls it (p_named). p_known, the one it is about, is left to actor_houses.
CREATE FUNCTION api.report_conflicts(p_district text, p_names text[], p_words text, p_known uuid, p_named text) RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RETURN ARRAY(SELECT a.id
		  FROM hz.api_key k JOIN hz.actor a ON a.id = k.actor_id
		 WHERE k.districts @> ARRAY[p_district] AND k.role IN ('handler', 'leader', 'custodian', 'institution', 'street') AND a.kind = 'person'
		   AND (api.plain_name(a.name) = ANY (p_names) OR api.names_person(p_words, api.plain_name(a.name)))
		UNION SELECT k.actor_id
		  FROM hz.api_key k JOIN hz.api_key h ON h.actor_id = k.actor_id AND h.role IN ('institution', 'staff')
		  JOIN hz.institution i ON i.id = ANY (h.institutions)
		 WHERE k.districts @> ARRAY[p_district] AND k.role IN ('handler', 'leader', 'custodian', 'street') AND i.id IS DISTINCT FROM p_known
		   AND api.names_house(p_words, p_named, i.name));
END $$;

-- Does a key reach what is at that place? As the row policies have it for keys that are not wide.
CREATE FUNCTION api.key_reaches(k hz.api_key, p_house uuid, p_type text, p_street text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
	SELECT (k.types = '{}' OR coalesce(p_type = ANY (k.types), false)) AND (k.streets = '{}' OR coalesce(p_street = ANY (k.streets), false))
	   AND (k.institutions = '{}' OR coalesce(p_house = ANY (k.institutions), false))
$$;

-- Has somebody in this role (handler, leader) a key in force by which such a report can be seen, and no conflict?
CREATE FUNCTION api.report_has(p_role text, p_district text, p_house uuid, p_type text, p_street text, p_names text[], p_conflicts uuid[]) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RETURN EXISTS (SELECT FROM hz.api_key k JOIN hz.actor a ON a.id = k.actor_id
		WHERE k.districts @> ARRAY[p_district] AND k.role = p_role AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > api.now())
		  AND a.disabled_at IS NULL AND (p_role <> 'handler' OR api.key_reaches(k, p_house, p_type, p_street))
		  AND api.report_clear_of(a.id, p_house, p_names, p_conflicts));
END $$;

-- ---- judged again ----

/* What comes in and what is said of a district's reports is judged by the keys there are; a key, by what has come. Either waits for the other, so
 * that neither misses the other: shared for reports, before any row of them is locked; exclusive for keys. To the end of the transaction. */
CREATE FUNCTION api.report_hold_district(p_district text, p_alone boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	IF p_alone THEN
		PERFORM pg_advisory_xact_lock(hashtextextended('reports of ' || p_district, 0));
	ELSE
		PERFORM pg_advisory_xact_lock_shared(hashtextextended('reports of ' || p_district, 0));
	END IF;
END $$;

-- Report p_id has conflicts p_actors, and names p_names, besides those it is known to have: they neither see it nor handle it from now
-- on. Where no handler is left that may, the leader sees it.
CREATE FUNCTION api.report_judge(p_id uuid, p_actors uuid[] DEFAULT '{}', p_names text[] DEFAULT '{}') RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	r hz.report;
BEGIN
	SELECT * INTO STRICT r FROM hz.report WHERE id = p_id FOR UPDATE;
	IF r.state = 'erased' THEN	-- while it was waited for: nothing is to be read, and nobody to be written down
		RETURN;
	END IF;
	r.named_actors := ARRAY(SELECT unnest(r.named_actors) UNION SELECT unnest(p_actors) ORDER BY 1);
	r.named_names := ARRAY(SELECT unnest(r.named_names) UNION SELECT unnest(p_names) ORDER BY 1);
	IF NOT api.report_clear_of(r.handler_id, r.institution_id, r.named_names, r.named_actors) THEN
		r.handler_id := NULL;
		r.version := r.version + 1;
	END IF;
	UPDATE hz.report
	   SET named_actors = r.named_actors, named_names = r.named_names, handler_id = r.handler_id, version = r.version,
	       leader_sees = NOT api.report_has('handler', r.district, r.institution_id, r.institution_type, r.street, r.named_names, r.named_actors)
	 WHERE id = p_id;
END $$;

-- Which reports of its districts do the words in them concern this account, that are not known to? As report_conflicts has it. Who is an
-- institution's alone can see those only that it was told.
CREATE FUNCTION api.report_concerns(p_actor uuid) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_districts CONSTANT text[] := ARRAY(SELECT DISTINCT unnest(districts) FROM hz.api_key
		WHERE actor_id = p_actor AND role IN ('handler', 'leader', 'custodian', 'institution', 'street'));
	v_bureau CONSTANT boolean := EXISTS (SELECT FROM hz.api_key WHERE actor_id = p_actor AND role IN ('handler', 'leader', 'custodian', 'street'));
	v_name CONSTANT text := (SELECT api.plain_name(name) FROM hz.actor WHERE id = p_actor AND kind = 'person');
	v_houses CONSTANT hz.institution[] := ARRAY(SELECT i FROM hz.institution i WHERE v_bureau AND i.id = ANY (api.actor_houses(p_actor)));
BEGIN
	RETURN QUERY SELECT r.id
		  FROM hz.report r CROSS JOIN LATERAL (SELECT api.report_all_words(r.description, r.institution_name, r.named_persons) AS words) w
		 WHERE r.district = ANY (v_districts) AND r.state <> 'erased' AND (v_bureau OR r.audience = 'institution') AND p_actor <> ALL (r.named_actors)
		   AND (v_name = ANY (r.named_names) OR api.names_person(w.words, v_name) OR cardinality(v_houses) > 0 AND EXISTS (SELECT FROM unnest(v_houses) h
			WHERE h.id IS DISTINCT FROM r.institution_id AND api.names_house(w.words, r.institution_name, h.name)))
		UNION SELECT r.id
		  FROM hz.report_message m JOIN hz.report r ON r.id = m.report_id CROSS JOIN LATERAL (SELECT api.plain_words(m.text) AS words) w
		 WHERE m.district = ANY (v_districts) AND m.author = 'reporter' AND m.text IS NOT NULL AND (v_bureau OR r.audience = 'institution')
		   AND p_actor <> ALL (r.named_actors)
		   AND (api.names_person(w.words, v_name) OR cardinality(v_houses) > 0 AND EXISTS (SELECT FROM unnest(v_houses) h
			WHERE h.id IS DISTINCT FROM r.institution_id AND api.names_house(w.words, NULL, h.name)));
END $$;

-- For all open reports of these districts: does a handler see it, or must the leader? Asked once for all that are alike.
CREATE FUNCTION api.report_find_readers(p_districts text[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	g record;
BEGIN
	FOR g IN SELECT district, institution_id, institution_type, street, named_names, named_actors, leader_sees, array_agg(id ORDER BY id) AS ids
		   FROM hz.report WHERE ended_at IS NULL AND district = ANY (p_districts) GROUP BY 1, 2, 3, 4, 5, 6, 7 LOOP
		IF g.leader_sees = api.report_has('handler', g.district, g.institution_id, g.institution_type, g.street, g.named_names, g.named_actors) THEN
			PERFORM FROM hz.report WHERE id = ANY (g.ids) ORDER BY id FOR UPDATE;
			UPDATE hz.report SET leader_sees = NOT g.leader_sees
			 WHERE id = ANY (g.ids) AND (leader_sees, named_names, named_actors, institution_id, institution_type, street)
				IS NOT DISTINCT FROM (g.leader_sees, g.named_names, g.named_actors, g.institution_id, g.institution_type, g.street);
		END IF;
	END LOOP;
END $$;

-- The keys of an account have changed, or its name (p_words): the reports of its districts are judged again.
CREATE FUNCTION api.report_judge_account(p_actor uuid, p_words boolean) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_districts CONSTANT text[] := ARRAY(SELECT DISTINCT unnest(districts) FROM hz.api_key WHERE actor_id = p_actor ORDER BY 1);
	v_handler CONSTANT boolean := EXISTS (SELECT FROM hz.api_key WHERE actor_id = p_actor AND role = 'handler');
	v_houses CONSTANT uuid[] := api.actor_houses(p_actor);
	v_concerned uuid[];
BEGIN
	PERFORM api.report_hold_district(d, true) FROM unnest(v_districts) d;
	IF p_words THEN
		v_concerned := ARRAY(SELECT id FROM api.report_concerns(p_actor) t (id) ORDER BY 1);
		PERFORM api.report_case_lock(VARIADIC v_concerned);
		PERFORM api.report_judge_case(u, ARRAY[p_actor]) FROM unnest(v_concerned) u;
		-- and cases of which not all are kept from the same: about an institution of the account's, or left with a last reader who is not the last any more
		PERFORM api.report_judge_case(c.id) FROM (SELECT DISTINCT t.id FROM hz.report m JOIN hz.report t ON t.id = m.merged_into
			WHERE m.state = 'merged' AND m.district = ANY (v_districts) AND (m.institution_id = ANY (v_houses) OR t.institution_id = ANY (v_houses)
				OR NOT (t.named_actors @> m.named_actors AND t.named_names @> m.named_names)) ORDER BY 1) c;
	END IF;
	IF v_handler THEN
		PERFORM api.report_judge(r.id) FROM (SELECT o.id FROM hz.report o WHERE o.handler_id = p_actor
			AND NOT api.report_clear_of(p_actor, o.institution_id, o.named_names, o.named_actors) ORDER BY o.id) r;
		PERFORM api.report_find_readers(v_districts);
	END IF;
END $$;

CREATE FUNCTION api.report_readers_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_actor CONSTANT uuid := CASE TG_TABLE_NAME WHEN 'actor' THEN (to_jsonb(NEW) ->> 'id')::uuid ELSE (to_jsonb(NEW) ->> 'actor_id')::uuid END;
BEGIN
	-- who has keys of institutions' employees alone sees no report
	IF EXISTS (SELECT FROM hz.api_key WHERE actor_id = v_actor AND role IN ('handler', 'leader', 'custodian', 'institution', 'street')) THEN
		PERFORM api.report_judge_account(v_actor, TG_ARGV[0] = 'words');
	END IF;
	RETURN NULL;
END $$;

CREATE TRIGGER report_readers AFTER INSERT OR UPDATE OF role, districts, institutions, actor_id ON hz.api_key
	FOR EACH ROW WHEN (NEW.role IN ('handler', 'leader', 'custodian', 'institution', 'staff', 'street')) EXECUTE FUNCTION api.report_readers_changed('words');
CREATE TRIGGER report_readers_ended AFTER UPDATE OF types, streets, expires_at, revoked_at ON hz.api_key
	FOR EACH ROW WHEN (NEW.role = 'handler') EXECUTE FUNCTION api.report_readers_changed('');
CREATE TRIGGER report_readers AFTER UPDATE OF name ON hz.actor
	FOR EACH ROW WHEN (OLD.name <> NEW.name) EXECUTE FUNCTION api.report_readers_changed('words');
CREATE TRIGGER report_readers_ended AFTER UPDATE OF disabled_at ON hz.actor
	FOR EACH ROW EXECUTE FUNCTION api.report_readers_changed('');

-- Keys of handlers end by themselves, too. Called by the job. Returns how many reports nobody may see, neither handler nor leader, that are open or
-- merged into one.
CREATE FUNCTION api.job_judge_reports() RETURNS int
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_ended CONSTANT text[] := ARRAY(SELECT DISTINCT unnest(districts) FROM hz.api_key WHERE role = 'handler' AND expires_at <= api.now());
	v_districts text[];
BEGIN
	-- OFFSET 0: asked once for all that are alike, not before they are put together
	v_districts := ARRAY(SELECT DISTINCT g.district FROM (SELECT DISTINCT district, institution_id, institution_type, street, named_names, named_actors
			FROM hz.report WHERE ended_at IS NULL AND NOT leader_sees AND district = ANY (v_ended) OFFSET 0) g
		WHERE NOT api.report_has('handler', g.district, g.institution_id, g.institution_type, g.street, g.named_names, g.named_actors) ORDER BY 1);
	IF v_districts <> '{}' THEN
		PERFORM api.report_hold_district(d, true) FROM unnest(v_districts) d;
		PERFORM api.report_find_readers(v_districts);
	END IF;
	RETURN (SELECT coalesce(sum(n), 0) FROM (SELECT district, institution_id, institution_type, street, named_names, named_actors, count(*) AS n FROM hz.report
			 WHERE ended_at IS NULL AND state <> 'concluded' AND leader_sees OR state = 'merged' GROUP BY 1, 2, 3, 4, 5, 6 OFFSET 0) g
		WHERE NOT api.report_has('handler', g.district, g.institution_id, g.institution_type, g.street, g.named_names, g.named_actors)
		  AND NOT api.report_has('leader', g.district, g.institution_id, g.institution_type, g.street, g.named_names, g.named_actors));
END $$;
