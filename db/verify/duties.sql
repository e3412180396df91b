BEGIN;
SELECT resource, command, excluded_by, legal_basis, basis_read FROM hz.segregation WHERE false;
SELECT spot_check FROM hz.finding WHERE false;
ROLLBACK;
