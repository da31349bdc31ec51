-- Two roles for the schema {schema}. Run it as its owner (whoever opened the store first) or as an administrator, then
-- give each person a login that is a member of one:
--     CREATE ROLE ana LOGIN PASSWORD '…' IN ROLE {schema}_desk;
CREATE ROLE {schema}_viewer NOLOGIN;
CREATE ROLE {schema}_desk NOLOGIN;

GRANT USAGE ON SCHEMA {schema} TO {schema}_viewer, {schema}_desk;
GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {schema}_viewer, {schema}_desk;

-- Nobody changes or removes an event.
GRANT INSERT ON {schema}.events TO {schema}_desk;
GRANT UPDATE ON {schema}.head, {schema}.snapshot_head, {schema}.leader_status TO {schema}_desk;
GRANT INSERT, UPDATE ON {schema}.probe_states, {schema}.snapshots, {schema}.hook_positions TO {schema}_desk;
GRANT INSERT, DELETE ON {schema}.bulks TO {schema}_desk;
GRANT INSERT, UPDATE, DELETE ON {schema}.requests, {schema}.sessions TO {schema}_desk;
GRANT INSERT ON {schema}.answers, {schema}.rules TO {schema}_desk;
