-- What every branch of the list asks of an inspection i, and where its page begins.
AND (i.planned_key, i.id) < ((SELECT coalesce(:after_1::date, 'infinity')), (SELECT coalesce(:after_2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))) --? sort_-planned_on
AND (i.planned_key, i.id) > ((SELECT coalesce(:after_1::date, '-infinity')), (SELECT coalesce(:after_2::uuid, '00000000-0000-0000-0000-000000000000'))) --? sort_planned_on
AND i.district = :q_district --? q_district
AND i.kind = :q_kind --? q_kind
AND i.state = :q_state --? q_state
AND i.campaign_id = :q_campaign_id --? q_campaign_id
AND i.planned_key >= :q_from --? q_from
AND i.planned_key <= :q_to --? q_to
AND (i.state = 'planned' AND i.planned_on < (SELECT api.today())) = :q_missed --? q_missed
AND i.street = :q_street AND i.district = left(:q_street, 6) --? q_street
AND i.institution_type = :q_type --? q_type
