-- Conflict of interest: who must never see a report. Those it names, as the reporter wrote their names, those whose names stand in
-- its words, and those who belong to the institution it is about by any key, past ones too: whoever works or worked there handles
-- nothing about it. Judged when it comes in, with every message of the reporter's, and again when a key is issued or ends.

-- A name as it is compared: without blanks and what stands in brackets behind it.
CREATE FUNCTION api.plain_name(p_name text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT lower(regexp_replace(regexp_replace(p_name, '[(（].*$', ''), '\s', '', 'g')) $$;

-- Does the name stand in these words? Only names of two Chinese characters or more are looked for.
CREATE FUNCTION api.names_person(p_text text, p_name text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$ SELECT p_name ~ '^[一-鿿]{2,}$' AND strpos(p_text, p_name) > 0 $$;

-- The same of an institution's name, of four characters or more.
CREATE FUNCTION api.names_house(p_text text, p_name text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$ SELECT length(p_name) >= 4 AND strpos(p_text, p_name) > 0 $$;

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

-- Accounts that words p_text concern: by their names (also where one of p_names is), or, of those who work for the bureau as well, by the
-- name of an institution of theirs, in the words or as the reporter calls it (p_named). p_known, the one it is about, is left to actor_houses.
CREATE FUNCTION api.report_conflicts(p_district text, p_names text[], p_text text, p_known uuid, p_named text) RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RETURN ARRAY(SELECT a.id
		  FROM hz.api_key k JOIN hz.actor a ON a.id = k.actor_id
		 WHERE p_district = ANY (k.districts) AND k.role IN ('handler', 'leader', 'custodian', 'institution', 'street') AND a.kind = 'person'
		   AND (api.plain_name(a.name) = ANY (p_names) OR api.names_person(p_text, api.plain_name(a.name)))
		UNION SELECT k.actor_id
		  FROM hz.api_key k JOIN hz.api_key h ON h.actor_id = k.actor_id AND h.role IN ('institution', 'staff')
		  JOIN hz.institution i ON i.id = ANY (h.institutions)
		 WHERE p_district = ANY (k.districts) AND k.role IN ('handler', 'leader', 'custodian', 'street') AND i.id IS DISTINCT FROM p_known
		   AND (api.names_house(p_text, api.plain_name(i.name)) OR api.names_house(api.plain_name(p_named), api.plain_name(i.name))
			OR api.names_house(api.plain_name(i.name), api.plain_name(p_named))));
END $$;

-- Is there a handler in that place who may see such a report: a key in force that reaches it, and no conflict?
CREATE FUNCTION api.report_has_handler(p_district text, p_house uuid, p_type text, p_street text, p_names text[], p_conflicts uuid[]) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RETURN EXISTS (SELECT FROM hz.api_key k JOIN hz.actor a ON a.id = k.actor_id
		WHERE p_district = ANY (k.districts) AND k.role = 'handler' AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > api.now())
		  AND a.disabled_at IS NULL AND (k.types = '{}' OR p_type = ANY (k.types)) AND (k.streets = '{}' OR p_street = ANY (k.streets))
		  AND (k.institutions = '{}' OR p_house = ANY (k.institutions)) AND api.report_clear_of(a.id, p_house, p_names, p_conflicts));
END $$;

-- Report p_id has conflicts p_actors, and names p_names, besides those it is known to have: they neither see it nor handle it from now
-- on. Where no handler is left that may, the leader sees it.
CREATE FUNCTION api.report_judge(p_id uuid, p_actors uuid[] DEFAULT '{}', p_names text[] DEFAULT '{}') RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	UPDATE hz.report r
	   SET named_actors = c.actors, named_names = c.names,
	       handler_id = CASE WHEN api.report_clear_of(r.handler_id, r.institution_id, c.names, c.actors) THEN r.handler_id END,
	       version = version + CASE WHEN api.report_clear_of(r.handler_id, r.institution_id, c.names, c.actors) THEN 0 ELSE 1 END,
	       leader_sees = NOT api.report_has_handler(r.district, r.institution_id, r.institution_type, r.street, c.names, c.actors)
	  FROM (SELECT o.id, ARRAY(SELECT unnest(o.named_actors) UNION SELECT unnest(p_actors) ORDER BY 1) AS actors,
		       ARRAY(SELECT unnest(o.named_names) UNION SELECT unnest(p_names) ORDER BY 1) AS names FROM hz.report o WHERE o.id = p_id) c
	 WHERE r.id = c.id;
END $$;

-- Which reports of their district do the words in them concern this account, that are not known to? As report_conflicts has it.
CREATE FUNCTION api.report_concerns(p_actor uuid) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_districts CONSTANT text[] := ARRAY(SELECT DISTINCT unnest(districts) FROM hz.api_key
		WHERE actor_id = p_actor AND role IN ('handler', 'leader', 'custodian', 'institution', 'street'));
	v_name CONSTANT text := (SELECT api.plain_name(name) FROM hz.actor WHERE id = p_actor AND kind = 'person');
	v_houses CONSTANT text[] := ARRAY(SELECT api.plain_name(i.name) FROM hz.institution i WHERE i.id = ANY (api.actor_houses(p_actor))
		AND EXISTS (SELECT FROM hz.api_key WHERE actor_id = p_actor AND role IN ('handler', 'leader', 'custodian', 'street')));
BEGIN
	RETURN QUERY SELECT r.id
		  FROM hz.report r, LATERAL (SELECT concat_ws(E'\n', r.description, (SELECT string_agg(m.text, E'\n') FROM hz.report_message m
			WHERE m.report_id = r.id AND m.author = 'reporter')) AS text) w
		 WHERE r.district = ANY (v_districts) AND r.state <> 'erased' AND p_actor <> ALL (r.named_actors)
		   AND (v_name = ANY (r.named_names) OR api.names_person(w.text, v_name) OR EXISTS (SELECT FROM unnest(v_houses) h (name)
			WHERE api.names_house(w.text, h.name) OR api.names_house(api.plain_name(r.institution_name), h.name)
			   OR api.names_house(h.name, api.plain_name(r.institution_name))));
END $$;

-- A key was issued, or has ended, or an account has another name: the reports of its districts are judged again.
CREATE FUNCTION api.report_judge_account(p_actor uuid) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM api.report_judge(c.id, ARRAY[p_actor]) FROM (SELECT id FROM api.report_concerns(p_actor) t (id) ORDER BY id) c;
	PERFORM api.report_judge(r.id)
	   FROM (SELECT o.id FROM hz.report o
		 WHERE o.ended_at IS NULL AND o.district IN (SELECT unnest(k.districts) FROM hz.api_key k WHERE k.actor_id = p_actor)
		   AND (o.leader_sees = api.report_has_handler(o.district, o.institution_id, o.institution_type, o.street, o.named_names, o.named_actors)
			OR o.handler_id = p_actor AND NOT api.report_clear_of(p_actor, o.institution_id, o.named_names, o.named_actors))
		 ORDER BY o.id) r;
END $$;

CREATE FUNCTION api.report_readers_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF TG_TABLE_NAME = 'actor' THEN
		PERFORM api.report_judge_account(NEW.id);
	ELSE
		PERFORM api.report_judge_account(NEW.actor_id);
	END IF;
	RETURN NULL;
END $$;

CREATE TRIGGER report_readers AFTER INSERT OR UPDATE OF role, districts, types, streets, institutions, expires_at, revoked_at, actor_id ON hz.api_key
	FOR EACH ROW WHEN (NEW.role IN ('handler', 'leader', 'custodian', 'institution', 'staff', 'street')) EXECUTE FUNCTION api.report_readers_changed();
CREATE TRIGGER report_readers AFTER UPDATE OF name, disabled_at ON hz.actor
	FOR EACH ROW WHEN ((OLD.name, OLD.disabled_at) IS DISTINCT FROM (NEW.name, NEW.disabled_at)) EXECUTE FUNCTION api.report_readers_changed();

-- Keys of handlers end by themselves, too. Called by the job. Returns how many accounts were looked at.
CREATE FUNCTION api.job_judge_reports() RETURNS int
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_actor uuid;
	v_n int := 0;
BEGIN
	FOR v_actor IN SELECT DISTINCT k.actor_id FROM hz.api_key k
		WHERE k.role = 'handler' AND k.expires_at BETWEEN api.now() - interval '2 days' AND api.now() ORDER BY 1 LOOP
		PERFORM api.report_judge_account(v_actor);
		v_n := v_n + 1;
	END LOOP;
	RETURN v_n;
END $$;
