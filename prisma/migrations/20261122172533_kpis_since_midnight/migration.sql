-- Key figures since midnight of UTC, up to the end of a quarter of an hour: kpi_rollup with span_minutes = 0. What is between
-- any two moments is a difference of two such rows, and the days between, whatever the time zone; see docs/decisions.

-- From the last one of the day before this quarter, and what the quarter itself has. Peaks do not add up, and have none.
CREATE FUNCTION kpi_add_since_midnight(quarter timestamptz) RETURNS void LANGUAGE sql VOLATILE AS $$
  WITH added AS (
    SELECT q.metric, q.count + coalesce(b.count, 0) AS count, q.bucket_numbers AS numbers, q.bucket_counts AS counts,
      b.bucket_numbers AS numbers_before, b.bucket_counts AS counts_before
    FROM kpi_rollup q LEFT JOIN LATERAL (
      SELECT r.count, r.bucket_numbers, r.bucket_counts FROM kpi_rollup r
      WHERE r.metric = q.metric AND r.span_minutes = 0 AND r.starts_at >= date_bin('1 day', quarter, 'epoch') AND r.starts_at < quarter
      ORDER BY r.starts_at DESC LIMIT 1
    ) b ON true
    WHERE q.span_minutes = 15 AND q.starts_at = quarter AND q.metric NOT LIKE 'peak\_%'
  )
  INSERT INTO kpi_rollup AS r (metric, span_minutes, starts_at, count, bucket_numbers, bucket_counts)
  SELECT a.metric, 0, quarter, a.count, h.numbers, h.counts
  FROM added a CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(bucket ORDER BY bucket), '{}') AS numbers, coalesce(array_agg(n ORDER BY bucket), '{}') AS counts FROM (
      SELECT bucket, sum(n)::int AS n FROM (
        SELECT * FROM unnest(a.numbers, a.counts) UNION ALL SELECT * FROM unnest(a.numbers_before, a.counts_before)
      ) AS parts(bucket, n) GROUP BY 1
    ) summed
  ) h
  ON CONFLICT (metric, span_minutes, starts_at) DO UPDATE
    SET count = excluded.count, bucket_numbers = excluded.bucket_numbers, bucket_counts = excluded.bucket_counts
    WHERE r.count <> excluded.count OR r.bucket_counts <> excluded.bucket_counts
$$;

-- What there is already, oldest first.
DO $$
DECLARE
  quarter timestamptz;
BEGIN
  FOR quarter IN SELECT DISTINCT starts_at FROM kpi_rollup WHERE span_minutes = 15 ORDER BY 1 LOOP
    PERFORM kpi_add_since_midnight(quarter);
  END LOOP;
END $$;
