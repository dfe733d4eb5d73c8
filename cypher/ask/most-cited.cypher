// Theme: papers
// Why: which papers the papers of this graph cite most, those that are only cited too
// Param: limit (integer = 25) rows at most
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: paper, year, cited_by (papers of this graph), here (whether it is in the pile itself), doi
// Empty: no source of this graph gives references
MATCH (p:Paper)-[r:CITES]->(c:Paper)
WHERE r.confidence >= $min_confidence
WITH c, count(DISTINCT p.id) AS cited_by
RETURN c.label AS paper, c.year AS year, cited_by AS cited_by, NOT c.stub AS here, c.doi AS doi, c.id AS id
ORDER BY cited_by DESC, paper, id
LIMIT $limit
