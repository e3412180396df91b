-- Everything but tables and data lives in schema api and is made anew at each deploy; nothing in hz depends on it.
-- Dropping the functions drops the triggers that call them.
SET LOCAL client_min_messages = warning;
DROP SCHEMA IF EXISTS api CASCADE;
CREATE SCHEMA api;
GRANT USAGE ON SCHEMA api TO hz_api, hz_jobs;
