BEGIN;
SELECT body_box FROM hz.idempotency WHERE false;
SELECT hz.pgp_sym_decrypt(hz.pgp_sym_encrypt('x', 'y'), 'y');
ROLLBACK;
