// Theme: code
// Why: which papers propose a method but name no repository of their own
// Param: limit (integer = 100) rows at most
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: paper, year, methods (their own, in order)
// Empty: every paper here that proposes a method names its repository
MATCH (p:Paper)-[r:PROPOSES]->(m:Method)
WHERE r.confidence >= $min_confidence AND NOT EXISTS { MATCH (p:Paper)-[c:HAS_CODE]->(g:Repository) WHERE c.role = 'own' AND c.confidence >= $min_confidence }
WITH p, m.name AS name, m.id AS method_id
ORDER BY name, method_id
WITH p, collect(name) AS methods
RETURN p.label AS paper, p.year AS year, methods AS methods, p.id AS id
ORDER BY year DESC, paper, id
LIMIT $limit
