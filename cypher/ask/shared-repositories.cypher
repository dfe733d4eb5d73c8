// Theme: code
// Why: which repositories do several papers name, and whose are they
// Param: limit (integer = 50) rows at most
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: repository, url, papers, own_of (papers that call it their own), labels (of all of them, in order)
// Empty: no repository here is named by two papers
MATCH (p:Paper)-[r:HAS_CODE]->(g:Repository)
WHERE r.confidence >= $min_confidence
WITH g, r.role AS role, p.label AS label, p.id AS paper
ORDER BY label, paper
WITH g, collect(label) AS labels, sum(CASE role WHEN 'own' THEN 1 ELSE 0 END) AS own_of
WHERE size(labels) > 1
RETURN g.name AS repository, g.url AS url, size(labels) AS papers, own_of AS own_of, labels AS labels, g.id AS id
ORDER BY papers DESC, repository, id
LIMIT $limit
