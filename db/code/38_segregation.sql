-- Segregation of duties: rows of hz.segregation, held by triggers on the acts themselves, so that no command can forget it.

-- The act of p_actor on a thing that keeps him from giving p_command on it; NULL when nothing does. An investigator is whoever is named as one,
-- too. As the owner: what the caller does not see counts all the same.
CREATE FUNCTION api.segregation_conflict(p_resource text, p_command text, p_id uuid, p_actor uuid) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	v_excluded CONSTANT text[] := (SELECT excluded_by FROM hz.segregation s WHERE s.resource = p_resource AND s.command = p_command);
BEGIN
	IF v_excluded IS NULL THEN
		RETURN NULL;
	ELSIF p_resource = 'finding' THEN
		RETURN (SELECT a.command FROM hz.finding_act a
			 WHERE a.finding_id = p_id AND a.actor_id = p_actor AND a.command = ANY (v_excluded) ORDER BY a.recorded_at LIMIT 1);
	END IF;
	RETURN (SELECT s.step FROM hz.penalty_step s
		 WHERE s.measure_id = p_id AND s.step = ANY (v_excluded)
		   AND (s.actor_id = p_actor OR s.detail -> 'investigators' @> jsonb_build_array(jsonb_build_object('actor_id', p_actor)))
		 ORDER BY s.recorded_at LIMIT 1);
END $$;

CREATE FUNCTION api.segregation_check(p_resource text, p_command text, p_id uuid, p_actor uuid) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_conflict CONSTANT text := api.segregation_conflict(p_resource, p_command, p_id, p_actor);
BEGIN
	IF v_conflict IS NOT NULL THEN
		PERFORM api.refuse('HZ422', jsonb_build_object('code', 'segregation_of_duties', 'conflict', v_conflict));
	END IF;
END $$;

CREATE FUNCTION api.segregation_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	IF TG_TABLE_NAME = 'finding_act' THEN
		PERFORM api.segregation_check('finding', NEW.command, NEW.finding_id, NEW.actor_id);
	ELSE
		PERFORM api.segregation_check('penalty_case', NEW.step, NEW.measure_id, NEW.actor_id);
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER segregation BEFORE INSERT OR UPDATE OF finding_id, command, actor_id ON hz.finding_act
	FOR EACH ROW EXECUTE FUNCTION api.segregation_guard();
CREATE TRIGGER segregation BEFORE INSERT OR UPDATE OF measure_id, step, actor_id ON hz.penalty_step
	FOR EACH ROW EXECUTE FUNCTION api.segregation_guard();
