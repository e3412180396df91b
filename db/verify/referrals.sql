BEGIN;
SELECT code, position, name_zh, name_en FROM hz.receiving_body WHERE false;
SELECT id, district, finding_id, institution_id, institution_type, street, receiving_body, receiving_name, handover, document_number, matter, sent_at,
       finding_state, state, receiver, received_at, outcome, answered_at, actor_id, note, version, created_at, updated_at FROM hz.referral WHERE false;
SELECT id, referral_id, district, outcome, result, document_number, replied_at, actor_id, recorded_at, note FROM hz.referral_reply WHERE false;
SELECT 1 / count(*) FROM pg_constraint WHERE conname = 'attachment_link_resource_check' AND pg_get_constraintdef(oid) LIKE '%referral_reply%';
ROLLBACK;
