-- What the desks of a process have in front of them, for as long as it is alive.
ALTER TABLE sessions ADD COLUMN presences json;
CREATE OR REPLACE VIEW alive AS SELECT * FROM sessions WHERE seen_at > clock_timestamp() - interval '15 seconds';
