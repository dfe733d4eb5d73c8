// Theme: methods
// Why: which methods were introduced in which year
// Param: limit (integer = 200) years at most
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: year (papers without a date are left out), methods (how many), names (in order)
// Empty: no paper here that proposes a method has a date
MATCH (p:Paper)-[r:PROPOSES]->(m:Method)
WHERE p.year IS NOT NULL AND r.confidence >= $min_confidence
WITH m, min(p.year) AS year
WITH year, m.name AS name, m.id AS id
ORDER BY year, name, id
WITH year, collect(name) AS names
RETURN year AS year, size(names) AS methods, names AS names
ORDER BY year DESC
LIMIT $limit
