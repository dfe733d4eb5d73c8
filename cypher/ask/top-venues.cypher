// Theme: papers
// Why: where most papers appeared, over which years
// Param: limit (integer = 25) rows at most
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: venue, papers, first_year, last_year
// Empty: no paper here says where it appeared
MATCH (p:Paper)-[r:PUBLISHED_IN]->(v:Venue)
WHERE r.confidence >= $min_confidence
WITH v, count(DISTINCT p.id) AS papers, min(p.year) AS first_year, max(p.year) AS last_year
RETURN v.name AS venue, papers AS papers, first_year AS first_year, last_year AS last_year, v.id AS id
ORDER BY papers DESC, venue, id
LIMIT $limit
