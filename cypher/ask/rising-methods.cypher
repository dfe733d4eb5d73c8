// Theme: methods
// Why: which methods are used or compared with more since a year than before it
// Param: since (integer = 2023) the first year of the later period
// Param: limit (integer = 25) rows at most
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: method, before (papers of all earlier years), after (papers from it on), rise (after - before)
// Empty: no method is named by more papers since that year than before
MATCH (p:Paper)-[r:USES|COMPARES_WITH]->(m:Method)
WHERE p.year IS NOT NULL AND r.confidence >= $min_confidence
WITH m, sum(CASE WHEN p.year < $since THEN 1 ELSE 0 END) AS before, sum(CASE WHEN p.year >= $since THEN 1 ELSE 0 END) AS after
WHERE after > before
RETURN m.name AS method, before AS before, after AS after, after - before AS rise, m.id AS id
ORDER BY rise DESC, after DESC, method, id
LIMIT $limit
