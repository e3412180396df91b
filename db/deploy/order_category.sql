BEGIN;
-- An order is kept from whoever may read none of its findings. Its category is that of one of them, an ordinary one where there is
-- one: what an order was made on does not change its category any more.
ALTER TABLE hz.rectification_order ADD COLUMN category text CONSTRAINT rectification_order_category_fkey REFERENCES hz.category;
ALTER TABLE hz.rectification_order DISABLE TRIGGER USER;		-- none of this is news
UPDATE hz.rectification_order o
   SET category = (SELECT f.category FROM hz.rectification_order_item i JOIN hz.finding f ON f.id = i.finding_id JOIN hz.category c ON c.code = f.category
		    WHERE i.order_id = o.id ORDER BY c.sensitive, c.position LIMIT 1);
ALTER TABLE hz.rectification_order ENABLE TRIGGER USER;
COMMIT;
