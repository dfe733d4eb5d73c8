// Theme: methods
// Why: who proposes a method, and who uses it or compares with it
// Param: method (Method) the method's name, acronym or long form
// Param: limit (integer = 50) rows at most
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: author, proposes, uses, compares (papers of each kind), first_year
// Empty: no paper here that names the method has an author
MATCH (m:Method)
WHERE toLower(m.name) = toLower($method) OR toLower(coalesce(m.long_form, '')) = toLower($method) OR any(v IN coalesce(m.aliases, []) WHERE toLower(v) = toLower($method))
MATCH (p:Paper)-[r:PROPOSES|USES|COMPARES_WITH]->(m:Method)
MATCH (a:Author)-[w:AUTHORED]->(p:Paper)
WHERE r.confidence >= $min_confidence AND w.confidence >= $min_confidence
WITH a, count(DISTINCT CASE type(r) WHEN 'PROPOSES' THEN p.id END) AS proposes, count(DISTINCT CASE type(r) WHEN 'USES' THEN p.id END) AS uses, count(DISTINCT CASE type(r) WHEN 'COMPARES_WITH' THEN p.id END) AS compares, min(p.year) AS first_year
RETURN a.label AS author, proposes AS proposes, uses AS uses, compares AS compares, first_year AS first_year, a.id AS id
ORDER BY proposes DESC, uses DESC, compares DESC, author, id
LIMIT $limit
