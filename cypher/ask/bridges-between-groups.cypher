// Theme: people
// Why: who links people that do not write with each other
// Param: limit (integer = 25) rows at most
// Returns: author, co_authors, pairs (of those co-authors that have no paper together), share (of all pairs of them, 0 to 1, rounded)
// Empty: everybody who shares a co-author here writes with each other
// Who has one paper has written it with all co-authors, and these with each other.
MATCH (a:Author)-[x:CO_AUTHORED_WITH]-(b:Author)
WHERE a.papers > 1
MATCH (a:Author)-[y:CO_AUTHORED_WITH]-(c:Author)
WHERE b.id < c.id
WITH a, count(*) AS pairs, sum(CASE WHEN EXISTS { MATCH (b:Author)-[:CO_AUTHORED_WITH]-(c:Author) } THEN 0 ELSE 1 END) AS open
WHERE open > 0
WITH a, pairs, open, COUNT { MATCH (a:Author)-[:CO_AUTHORED_WITH]-(d:Author) } AS co_authors
RETURN a.label AS author, co_authors AS co_authors, open AS pairs, toInteger(1000.0 * open / pairs + 0.5) / 1000.0 AS share, a.id AS id
ORDER BY pairs DESC, author, id
LIMIT $limit
