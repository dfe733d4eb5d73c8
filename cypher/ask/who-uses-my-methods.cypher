// Theme: people
// Why: who works with the methods that a person works with, without having written with that person
// Param: author (Author) the person's name, a variant of it, or a label such as Wei Li (2)
// Param: limit (integer = 25) rows at most
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: author, shared (how many methods), methods (their names, in order)
// Empty: nobody else here works with a method of that person
MATCH (a:Author)
WHERE toLower($author) IN [toLower(a.name), toLower(a.label)] OR any(v IN coalesce(a.variants, []) WHERE toLower(v) = toLower($author))
MATCH (a:Author)-[w:AUTHORED]->(p:Paper)
MATCH (p:Paper)-[r:PROPOSES|USES]->(m:Method)
WHERE w.confidence >= $min_confidence AND r.confidence >= $min_confidence
WITH DISTINCT a, m
MATCH (q:Paper)-[s:PROPOSES|USES]->(m:Method)
MATCH (b:Author)-[v:AUTHORED]->(q:Paper)
WHERE s.confidence >= $min_confidence AND v.confidence >= $min_confidence AND b.id <> a.id
  AND NOT EXISTS { MATCH (b:Author)-[:AUTHORED]->(o:Paper)<-[:AUTHORED]-(a:Author) }
WITH DISTINCT b, m.name AS method, m.id AS method_id
ORDER BY method, method_id
WITH b, collect(method) AS methods
RETURN b.label AS author, size(methods) AS shared, methods AS methods, b.id AS id
ORDER BY shared DESC, author, id
LIMIT $limit
