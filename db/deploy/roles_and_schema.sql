BEGIN;
-- Group roles carry the rights of a program; logins are made by whoever runs the server. Roles belong to the
-- cluster, so another database of it may have made them already.
DO $$
DECLARE
	v_role text;
BEGIN
	FOREACH v_role IN ARRAY ARRAY['hz_api', 'hz_jobs'] LOOP
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = v_role) THEN
			EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
		END IF;
	END LOOP;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
	NULL;	-- two databases of one cluster are being set up at once
END $$;

CREATE SCHEMA hz;
GRANT USAGE ON SCHEMA hz TO hz_api, hz_jobs;
COMMIT;
