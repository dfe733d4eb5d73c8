// Theme: code
// Why: what share of the papers comes with code, year by year
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: year (papers without a date are left out), papers, with_code (that name a repository of their own), share (0 to 1, rounded)
// Empty: no paper here has a date
MATCH (p:Paper)
WHERE p.year IS NOT NULL AND p.stub = false
WITH p.year AS year, count(p) AS papers, sum(CASE WHEN EXISTS { MATCH (p:Paper)-[r:HAS_CODE]->(g:Repository) WHERE r.role = 'own' AND r.confidence >= $min_confidence } THEN 1 ELSE 0 END) AS with_code
RETURN year AS year, papers AS papers, with_code AS with_code, toInteger(1000.0 * with_code / papers + 0.5) / 1000.0 AS share
ORDER BY year
