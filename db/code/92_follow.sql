-- A row that follows its institution to another street, type or district (by cascade) looks different: its version says so.
CREATE FUNCTION api.version_follow() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.version = OLD.version AND (NEW.district, NEW.street, NEW.institution_type) <> (OLD.district, OLD.street, OLD.institution_type) THEN
		NEW.version := OLD.version + 1;
	END IF;
	RETURN NEW;
END $$;

CREATE TRIGGER follow BEFORE UPDATE OF district, street, institution_type ON hz.finding FOR EACH ROW EXECUTE FUNCTION api.version_follow();
CREATE TRIGGER follow BEFORE UPDATE OF district, street, institution_type ON hz.inspection FOR EACH ROW EXECUTE FUNCTION api.version_follow();
CREATE TRIGGER follow BEFORE UPDATE OF district, street, institution_type ON hz.rectification_order
	FOR EACH ROW EXECUTE FUNCTION api.version_follow();
