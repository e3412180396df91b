BEGIN;
DROP INDEX hz.finding_due_institution, hz.finding_due_street, hz.finding_due_type, hz.finding_due_category, hz.finding_due_severity,
	hz.finding_due_responsible, hz.finding_due_campaign;
COMMIT;
