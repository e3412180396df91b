BEGIN;
ALTER TABLE hz.attachment_link DROP CONSTRAINT attachment_link_resource_check,
	ADD CONSTRAINT attachment_link_resource_check CHECK (resource IN ('finding', 'finding_act', 'inspection', 'inspection_act', 'inspection_answer'));
DROP TABLE hz.referral_reply, hz.referral, hz.receiving_body;
COMMIT;
