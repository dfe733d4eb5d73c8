// Theme: people
// Why: what a person has written, at which place in the list of authors
// Param: author (Author) the person's name, a variant of it, or a label such as Wei Li (2)
// Param: limit (integer = 100) rows at most
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: paper, year, position (from 1; none where the authorship is inferred), authors (how many are known), inferred, confidence, author (with a number where several people have the name)
// Empty: no paper of that person is here
MATCH (a:Author)
WHERE toLower($author) IN [toLower(a.name), toLower(a.label)] OR any(v IN coalesce(a.variants, []) WHERE toLower(v) = toLower($author))
MATCH (a:Author)-[w:AUTHORED]->(p:Paper)
WHERE w.confidence >= $min_confidence
RETURN p.label AS paper, p.year AS year, w.position AS position, COUNT { MATCH (p:Paper)<-[v:AUTHORED]-(b:Author) WHERE v.confidence >= $min_confidence } AS authors, w.inferred AS inferred, w.confidence AS confidence, a.label AS author, p.id AS id
ORDER BY year DESC, paper, id, author
LIMIT $limit
