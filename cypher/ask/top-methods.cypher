// Why: which methods do the papers of this graph build on most
// Param: limit (integer = 20) rows at most
// Returns: method, papers (that use it), proposed_in, compared_in
// Empty: no paper here uses a named method
MATCH (m:Method)
WITH m, COUNT { MATCH (p:Paper)-[r:USES]->(m) } AS used, COUNT { MATCH (p:Paper)-[r:PROPOSES]->(m) } AS proposed, COUNT { MATCH (p:Paper)-[r:COMPARES_WITH]->(m) } AS compared
WHERE used > 0
RETURN m.name AS method, used AS papers, proposed AS proposed_in, compared AS compared_in, m.id AS id
ORDER BY papers DESC, compared_in DESC, method, id
LIMIT $limit
