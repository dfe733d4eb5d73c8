// Theme: methods
// Why: which methods do the papers of this graph build on most
// Param: limit (integer = 20) rows at most
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: method, papers (that use it), proposed_in, compared_in
// Empty: no paper here uses a named method
MATCH (m:Method)
WITH m, COUNT { MATCH (m:Method)<-[r:USES]-(p:Paper) WHERE r.confidence >= $min_confidence } AS used, COUNT { MATCH (m:Method)<-[r:PROPOSES]-(p:Paper) WHERE r.confidence >= $min_confidence } AS proposed, COUNT { MATCH (m:Method)<-[r:COMPARES_WITH]-(p:Paper) WHERE r.confidence >= $min_confidence } AS compared
WHERE used > 0
RETURN m.name AS method, used AS papers, proposed AS proposed_in, compared AS compared_in, m.id AS id
ORDER BY papers DESC, compared_in DESC, method, id
LIMIT $limit
