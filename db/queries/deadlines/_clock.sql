-- A clock d that runs and is near: for those whose step it is, and those who see to it that it is taken. No later than the last of a
-- full page of findings.
AND d.ended_at IS NULL
AND (d.shown_from IS NULL OR d.shown_from <= (SELECT api.today()))
AND (:role = ANY (d.responsible) OR :role IN ('leader', 'section_chief', 'office', 'auditor'))
AND d.due_on <= (SELECT CASE WHEN count(*) > :limit THEN max(due_on) ELSE 'infinity' END FROM due)
AND d.kind = :q_kind --? q_kind
AND EXISTS (SELECT FROM hz.finding f WHERE f.id = d.finding_id AND f.campaign_id = :q_campaign_id) --? q_campaign_id
AND EXISTS (SELECT FROM hz.finding f WHERE f.id = d.finding_id AND f.supervised AND :q_supervised = 'true') --? q_supervised
