// Theme: people
// Why: with whom might a person write next: co-authors of co-authors, those with most common ones first
// Param: author (Author) the person's name, a variant of it, or a label such as Wei Li (2)
// Param: limit (integer = 25) rows at most
// Returns: author, common (how many co-authors they share), through (their names, in order)
// Empty: every co-author of a co-author is one already
MATCH (a:Author)
WHERE toLower($author) IN [toLower(a.name), toLower(a.label)] OR any(v IN coalesce(a.variants, []) WHERE toLower(v) = toLower($author))
MATCH (a:Author)-[:CO_AUTHORED_WITH]-(b:Author)
MATCH (b:Author)-[:CO_AUTHORED_WITH]-(c:Author)
WHERE c.id <> a.id AND NOT EXISTS { MATCH (c:Author)-[:AUTHORED]->(p:Paper)<-[:AUTHORED]-(a:Author) }
WITH DISTINCT c, b.label AS name, b.id AS b_id
ORDER BY name, b_id
WITH c, collect(name) AS through
RETURN c.label AS author, size(through) AS common, through AS through, c.id AS id
ORDER BY common DESC, author, id
LIMIT $limit
