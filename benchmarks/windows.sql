-- The twelve rules of typical.yaml by hand: each measure over the rows of its own kind, and how often each rule is true.
-- Instants are microseconds since 1970; `day` is the local day, worked out beforehand.
WITH tests AS (
    SELECT
        count(*) FILTER (result IN ('positive', 'refused', 'adulterated', 'missed')) OVER four_weeks AS not_clean,
        coalesce(lead(instant) OVER one_by_one - instant >= 1814400000000, true) AS silence
    FROM events WHERE kind = 'test'
    WINDOW one_by_one AS (PARTITION BY client ORDER BY instant),
        four_weeks AS (PARTITION BY client ORDER BY instant RANGE BETWEEN 2419199999999 PRECEDING AND CURRENT ROW)
), visits AS (
    SELECT
        count(*) FILTER (status = 'no_show') OVER two_weeks AS no_shows,
        count(*) FILTER (status = 'attended') OVER four_weeks AS attended,
        count(*) OVER four_weeks AS visits
    FROM events WHERE kind = 'attendance'
    WINDOW two_weeks AS (PARTITION BY client ORDER BY instant RANGE BETWEEN 1209599999999 PRECEDING AND CURRENT ROW),
        four_weeks AS (PARTITION BY client ORDER BY instant RANGE BETWEEN 2419199999999 PRECEDING AND CURRENT ROW)
), ratings AS (
    SELECT
        score,
        avg(score) OVER (
            PARTITION BY client ORDER BY instant RANGE BETWEEN 2419199999999 PRECEDING AND CURRENT ROW
        ) AS average
    FROM events WHERE kind = 'assessment' AND instrument = 'withdrawal'
), weeks AS (
    SELECT
        bad AND coalesce(lag(bad) OVER one_by_one, false) AND coalesce(lag(bad, 2) OVER one_by_one, false) AS three_bad
    FROM (
        SELECT client, instant, result IN ('positive', 'missed', 'inconclusive') AS bad
        FROM events WHERE kind = 'weekly_result'
    )
    WINDOW one_by_one AS (PARTITION BY client ORDER BY instant)
), uses AS (
    SELECT
        nth_day - first_value(nth_day) OVER week + 1 AS days,
        count(*) OVER four_weeks AS reports
    FROM (
        SELECT client, instant, dense_rank() OVER (PARTITION BY client ORDER BY day) AS nth_day
        FROM events WHERE kind = 'return_to_use'
    )
    WINDOW week AS (PARTITION BY client ORDER BY instant RANGE BETWEEN 604799999999 PRECEDING AND CURRENT ROW),
        four_weeks AS (PARTITION BY client ORDER BY instant RANGE BETWEEN 2419199999999 PRECEDING AND CURRENT ROW)
), doses AS (
    SELECT
        count(*) OVER week AS doses,
        instant - enrolled >= 1209600000000 AS settled,
        dose_mg - median(dose_mg) OVER before AS change
    FROM events JOIN clients USING (client) WHERE kind = 'medication'
    WINDOW week AS (PARTITION BY client ORDER BY instant RANGE BETWEEN 604799999999 PRECEDING AND CURRENT ROW),
        before AS (PARTITION BY client ORDER BY instant RANGE BETWEEN 1209599999999 PRECEDING AND 1 PRECEDING)
), absences AS (
    SELECT
        status = 'no_show' AND instant - max(instant) FILTER (result = 'positive') OVER before < 1209600000000 AS after_positive
    FROM events WHERE kind = 'test' AND result = 'positive' OR kind = 'attendance' AND status = 'no_show'
    WINDOW before AS (PARTITION BY client ORDER BY instant RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
SELECT 'positives' AS rule, count(*) FILTER (not_clean >= 2) AS true_rows FROM tests
UNION ALL SELECT 'silence', count(*) FILTER (silence) FROM tests
UNION ALL SELECT 'no-shows', count(*) FILTER (no_shows >= 2) FROM visits
UNION ALL SELECT 'half-attended', count(*) FILTER (visits >= 3 AND 2 * attended <= visits) FROM visits
UNION ALL SELECT 'withdrawal-now', count(*) FILTER (score >= 2) FROM ratings
UNION ALL SELECT 'withdrawal-lasting', count(*) FILTER (average >= 1.5) FROM ratings
UNION ALL SELECT 'three-weeks', count(*) FILTER (three_bad) FROM weeks
UNION ALL SELECT 'use-days', count(*) FILTER (days >= 3) FROM uses
UNION ALL SELECT 'heavy-use', count(*) FILTER (reports >= 10) FROM uses
UNION ALL SELECT 'doses-missing', count(*) FILTER (doses <= 3 AND settled) FROM doses
UNION ALL SELECT 'dose-fell', count(*) FILTER (change <= -8) FROM doses
UNION ALL SELECT 'positive-then-absent', count(*) FILTER (after_positive) FROM absences
