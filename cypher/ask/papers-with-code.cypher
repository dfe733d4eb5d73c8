// Theme: code
// Why: which papers name a repository, their own or one that they use
// Param: limit (integer = 100) rows at most
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: paper, year, repository, url, role (own or used), sentence, confidence
// Empty: no paper here names a repository
MATCH (p:Paper)-[r:HAS_CODE]->(g:Repository)
WHERE r.confidence >= $min_confidence
RETURN p.label AS paper, p.year AS year, g.name AS repository, g.url AS url, r.role AS role, r.sentence AS sentence, r.confidence AS confidence, p.id AS id, g.id AS repository_id
ORDER BY year DESC, paper, repository, id, repository_id
LIMIT $limit
