WITH moved AS (UPDATE head SET seq = $1),
added AS (
    INSERT INTO events (seq, dealership, version, batch, at, kind, body)
    SELECT s, d, v, b, a, k, j::json
    FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::uuid[], $6::timestamptz[], $7::text[], $8::text[])
        AS t (s, d, v, b, a, k, j)
)
SELECT pg_notify($9, $1::text)
