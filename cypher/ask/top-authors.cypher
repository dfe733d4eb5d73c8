// Theme: people
// Why: who has most papers here, over which years
// Param: limit (integer = 25) rows at most
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: author, papers, first_year, last_year
// Empty: no paper here has an author
// Nobody has more papers than `papers` says: whoever belongs here has there what the least of those has that it puts first.
MATCH (t:Author)
WITH t ORDER BY t.papers DESC, t.id LIMIT $limit
WITH COUNT { MATCH (t:Author)-[v:AUTHORED]->(q:Paper) WHERE v.confidence >= $min_confidence } AS n
WITH min(n) AS least
MATCH (a:Author)
WHERE a.papers >= least
MATCH (a:Author)-[w:AUTHORED]->(p:Paper)
WHERE w.confidence >= $min_confidence
WITH a, count(DISTINCT p.id) AS papers, min(p.year) AS first_year, max(p.year) AS last_year
RETURN a.label AS author, papers AS papers, first_year AS first_year, last_year AS last_year, a.id AS id
ORDER BY papers DESC, author, id
LIMIT $limit
