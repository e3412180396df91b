BEGIN;
DROP INDEX hz.report_ended;
DROP TABLE hz.report_retention;
DROP INDEX hz.report_reward_running_key;
ALTER TABLE hz.report_reward
	DROP CONSTRAINT report_reward_rule_edition_fkey,
	DROP state,
	DROP code_hash,
	DROP collect_by,
	DROP calculated;
DROP TABLE hz.reward_rule;
COMMIT;
