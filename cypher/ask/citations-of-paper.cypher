// Theme: papers
// Why: which papers of this graph cite a paper, and what they propose
// Param: paper (Paper) the paper's title
// Param: limit (integer = 100) rows at most
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: paper (that cites it), year, methods (that it proposes, in order)
// Empty: nothing here cites it, or no source gives references
MATCH (p:Paper)-[r:CITES]->(c:Paper)
WHERE (toLower(c.title) = toLower($paper) OR toLower(c.label) = toLower($paper)) AND r.confidence >= $min_confidence
OPTIONAL MATCH (p:Paper)-[s:PROPOSES]->(m:Method)
WHERE s.confidence >= $min_confidence
WITH p, m.name AS method
ORDER BY method
WITH p, collect(DISTINCT method) AS methods
RETURN p.label AS paper, p.year AS year, methods AS methods, p.id AS id
ORDER BY year DESC, paper, id
LIMIT $limit
