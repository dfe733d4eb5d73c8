// Theme: methods
// Why: which methods did a person propose, use or compare with, by paper
// Param: author (Author) the person's name, a variant of it, or a label such as Wei Li (2)
// Param: limit (integer = 100) rows at most
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: method, relation (PROPOSES, USES or COMPARES_WITH), paper, year, inferred (true where the authorship itself is inferred), confidence
// Empty: no paper of that person here names a method
MATCH (a:Author)
WHERE toLower($author) IN [toLower(a.name), toLower(a.label)] OR any(v IN coalesce(a.variants, []) WHERE toLower(v) = toLower($author))
MATCH (a:Author)-[w:AUTHORED]->(p:Paper)
MATCH (p:Paper)-[r:PROPOSES|USES|COMPARES_WITH]->(m:Method)
WHERE w.confidence >= $min_confidence AND r.confidence >= $min_confidence
RETURN m.name AS method, type(r) AS relation, p.label AS paper, p.year AS year, w.inferred AS inferred, r.confidence AS confidence, m.id AS id, p.id AS paper_id
ORDER BY relation, method, paper, id, paper_id
LIMIT $limit
