// Theme: people
// Why: who has most papers here, over which years
// Param: limit (integer = 25) rows at most
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: author, papers, first_year, last_year
// Empty: no paper here has an author
MATCH (a:Author)-[w:AUTHORED]->(p:Paper)
WHERE w.confidence >= $min_confidence
WITH a, count(DISTINCT p.id) AS papers, min(p.year) AS first_year, max(p.year) AS last_year
RETURN a.label AS author, papers AS papers, first_year AS first_year, last_year AS last_year, a.id AS id
ORDER BY papers DESC, author, id
LIMIT $limit
