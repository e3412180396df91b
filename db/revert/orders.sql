BEGIN;
ALTER TABLE hz.finding DROP CONSTRAINT finding_order_item_id_fkey;
DROP TABLE hz.deadline, hz.order_service, hz.rectification_order_item, hz.deadline_rule, hz.rectification_order;
COMMIT;
