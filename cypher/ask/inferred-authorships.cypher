// Theme: trust
// Why: which authorships are not printed but inferred, and how sure is that
// Param: limit (integer = 100) rows at most
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: author, paper, year, confidence, source (the file), entry
// Empty: every authorship here is printed in its source
MATCH (a:Author)-[w:AUTHORED]->(p:Paper)
WHERE w.inferred = true AND w.confidence >= $min_confidence
RETURN a.label AS author, p.label AS paper, p.year AS year, w.confidence AS confidence, w.source AS source, w.entry AS entry, a.id AS id, p.id AS paper_id
ORDER BY confidence, author, paper, id, paper_id
LIMIT $limit
