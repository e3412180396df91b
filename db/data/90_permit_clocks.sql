-- Clocks of the permits that are registered already, by the notice now in force (41_time_limits.sql): what fits stays as it is.
SELECT api.permit_clocks(i) FROM hz.institution i \g /dev/null
