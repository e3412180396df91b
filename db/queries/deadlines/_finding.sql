-- The deadline of a finding d that runs.
AND d.is_open AND d.due_on IS NOT NULL
AND :q_kind = 'rectification' --? q_kind
AND d.campaign_id = :q_campaign_id --? q_campaign_id
AND d.supervised AND :q_supervised = 'true' --? q_supervised
