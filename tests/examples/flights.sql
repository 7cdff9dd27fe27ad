-- What `flights` prints, computed another way: sqlite3 -batch :memory: <flights.sql, in a folder with both files.
.mode csv
.import flights.csv flights
.import airports.csv airports
.mode list

CREATE TABLE departures AS
  SELECT time, CAST(delay AS INTEGER) AS delay, max(CAST(delay AS INTEGER), 0) AS minutes,
         CAST(delay AS INTEGER) >= 15 AS late,
         CASE WHEN iata IS NULL THEN origin || ' (unknown)' ELSE iata || ' ' || city END AS airport,
         coalesce(state, '??') AS state
  FROM flights LEFT JOIN airports ON origin = iata;

SELECT 'Airports';
SELECT printf('%8d min %6d flights %5d late  %s', sum(minutes), count(*), sum(late), airport)
  FROM departures GROUP BY airport ORDER BY sum(minutes) DESC, airport LIMIT 10;
SELECT 'States';
SELECT printf('%8d min %6d flights %5d late  %s', sum(minutes), count(*), sum(late), state)
  FROM departures GROUP BY state ORDER BY sum(minutes) DESC, state LIMIT 10;

CREATE VIEW windows AS
  SELECT 'day' AS kind, substr(time, 1, 10) || ' 00:00' AS start, * FROM departures
  UNION ALL
  SELECT 'hour', substr(time, 1, 13) || ':00', * FROM departures;
CREATE TABLE by_state AS
  SELECT kind, start, state, sum(minutes) AS minutes, count(*) AS flights, sum(late) AS late,
         row_number() OVER (PARTITION BY kind, start ORDER BY sum(minutes) DESC, state) AS rank
  FROM windows GROUP BY kind, start, state;
CREATE TABLE result AS
  SELECT kind, start, sum(minutes) AS minutes,
         printf('%s %5d flights %4d late %6d min, of which %s has %d', start, sum(flights), sum(late), sum(minutes),
                max(CASE WHEN rank = 1 THEN state END), max(CASE WHEN rank = 1 THEN minutes END)) AS line
  FROM by_state GROUP BY kind, start;

SELECT 'Days';
SELECT line FROM result WHERE kind = 'day' ORDER BY start;
SELECT 'The worst hours';
SELECT line FROM result WHERE kind = 'hour' ORDER BY minutes DESC, start LIMIT 10;
