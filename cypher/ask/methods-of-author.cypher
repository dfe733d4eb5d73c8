// Why: which methods did a person propose or use, by paper
// Param: author (Author) the person's name, or a variant of it
// Param: limit (integer = 100) rows at most
// Returns: method, relation (PROPOSES, USES or COMPARES_WITH), paper, year, inferred (true where the authorship itself is inferred)
// Empty: no paper of that person here names a method
MATCH (a:Author)
WHERE toLower(a.name) = toLower($author) OR any(v IN coalesce(a.variants, []) WHERE toLower(v) = toLower($author))
MATCH (a:Author)-[w:AUTHORED]->(p:Paper)
MATCH (p:Paper)-[r:PROPOSES|USES|COMPARES_WITH]->(m:Method)
RETURN m.name AS method, r.kind AS relation, p.label AS paper, p.year AS year, w.inferred AS inferred, m.id AS id, p.id AS paper_id
ORDER BY relation, method, paper, id, paper_id
LIMIT $limit
