-- A clock d of a report, which stands still while that is paused. No later than the last of a full page of findings.
AND (d.paused_at IS NULL OR d.kind = 'report_supplement' OR :q_state = 'open' OR :q_state = 'overdue' AND d.due_on < api.day(d.paused_at)) --? q_state
AND d.due_on <= (SELECT CASE WHEN count(*) > :limit THEN max(due_on) ELSE 'infinity' END FROM due)
AND d.kind = :q_kind --? q_kind
AND d.institution_id = :q_institution_id --? q_institution_id
AND :q_campaign_id IS NULL --? q_campaign_id
AND :q_supervised = 'false' --? q_supervised
