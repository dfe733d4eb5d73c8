// Theme: papers
// Why: how many papers each category has, and since when
// Param: limit (integer = 50) rows at most
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: category, papers, first_year, last_year
// Empty: no paper here has a category
MATCH (p:Paper)-[r:IN_CATEGORY]->(c:Category)
WHERE r.confidence >= $min_confidence
WITH c, count(DISTINCT p.id) AS papers, min(p.year) AS first_year, max(p.year) AS last_year
RETURN c.name AS category, papers AS papers, first_year AS first_year, last_year AS last_year, c.id AS id
ORDER BY papers DESC, category, id
LIMIT $limit
