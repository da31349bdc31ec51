CREATE TABLE schema_version (version integer NOT NULL);
INSERT INTO schema_version VALUES (1);

-- One row, locked by every append: so `seq` is given in the order of commits, and who reads what is greater than the last
-- that it saw misses nothing.
CREATE TABLE head (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    seq bigint NOT NULL DEFAULT 0,
    epoch bigint NOT NULL DEFAULT 0,
    leader text,
    led_since timestamptz,
    lease_until timestamptz
) WITH (fillfactor = 10);
INSERT INTO head DEFAULT VALUES;

-- `body` is the recorded text itself (not jsonb, which orders keys anew and takes no \u0000): what is exported is what was
-- recorded. The other columns are there to look it up by.
CREATE TABLE events (
    seq bigint PRIMARY KEY,
    dealership text COLLATE "C",
    version bigint,
    batch uuid NOT NULL,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    body json NOT NULL,
    UNIQUE (dealership, version)
);

CREATE TABLE probe_states (
    dealership text COLLATE "C" PRIMARY KEY,
    at timestamptz NOT NULL,
    saved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    state bytea NOT NULL
);

-- The processes that record here. Of those that are alive one of the highest rank leads.
CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    seen_at timestamptz NOT NULL,
    rank smallint NOT NULL,
    desks integer NOT NULL
) WITH (fillfactor = 50);
CREATE VIEW alive AS SELECT * FROM sessions WHERE seen_at > clock_timestamp() - interval '15 seconds';

-- `session` does it: without that one, what is noted was cut off.
CREATE TABLE bulks (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    session uuid NOT NULL,
    note json NOT NULL
);

-- How the leader's work goes, for the others.
CREATE TABLE leader_status (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    epoch bigint NOT NULL DEFAULT 0,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    status json
) WITH (fillfactor = 10);
INSERT INTO leader_status DEFAULT VALUES;

CREATE TABLE hook_positions (hook text COLLATE "C" PRIMARY KEY, position json NOT NULL);

-- Rows of the classification that people taught, from which event.
CREATE TABLE rules (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    event bigint NOT NULL,
    rule json NOT NULL
);

-- The states after event `seq`, in a form that only some versions of the program read. They can be made of the events.
CREATE TABLE snapshot_head (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    seq bigint NOT NULL DEFAULT 0,
    format integer NOT NULL DEFAULT 0
);
INSERT INTO snapshot_head DEFAULT VALUES;
CREATE TABLE snapshots (dealership text COLLATE "C" PRIMARY KEY, seq bigint NOT NULL, state bytea NOT NULL);

-- What other processes ask of the leader. `taken` is the epoch of the one who does it.
CREATE TABLE requests (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor text NOT NULL,
    request json NOT NULL,
    taken bigint,
    stopped boolean NOT NULL DEFAULT false,
    done boolean NOT NULL DEFAULT false
);
CREATE TABLE answers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request bigint NOT NULL REFERENCES requests ON DELETE CASCADE,
    response json NOT NULL
);
CREATE INDEX ON answers (request, id);
