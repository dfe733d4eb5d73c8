// Theme: people
// Why: who links people that do not write with each other
// Param: limit (integer = 25) rows at most
// Returns: author, co_authors, pairs (of those co-authors that have no paper together), share (of all pairs of them, 0 to 1, rounded)
// Empty: everybody who shares a co-author here writes with each other
// Who has one paper has written it with all co-authors, and these with each other. Of the others those with most co-authors say how many pairs a row must
// have at least; who has not so many pairs, linked or not, is passed over.
MATCH (a:Author)
WHERE a.papers > 1
WITH a, COUNT { MATCH (a:Author)-[:CO_AUTHORED_WITH]-(d:Author) } AS n
ORDER BY n DESC, a.id
LIMIT $limit
MATCH (a:Author)-[:CO_AUTHORED_WITH]-(b:Author)
WITH a, n, sum(COUNT { MATCH (b:Author)-[:CO_AUTHORED_WITH]-(c:Author)-[:CO_AUTHORED_WITH]-(a:Author) }) AS twice
WITH min((n * (n - 1) - twice) / 2) AS least
MATCH (a:Author)
WHERE a.papers > 1
WITH least, a, COUNT { MATCH (a:Author)-[:CO_AUTHORED_WITH]-(d:Author) } AS n
WHERE n * (n - 1) / 2 >= least
MATCH (a:Author)-[:CO_AUTHORED_WITH]-(b:Author)
WITH a, n, sum(COUNT { MATCH (b:Author)-[:CO_AUTHORED_WITH]-(c:Author)-[:CO_AUTHORED_WITH]-(a:Author) }) AS twice
WITH a, n, n * (n - 1) / 2 AS whole, (n * (n - 1) - twice) / 2 AS open
WHERE open > 0
RETURN a.label AS author, n AS co_authors, open AS pairs, toInteger(1000.0 * open / whole + 0.5) / 1000.0 AS share, a.id AS id
ORDER BY pairs DESC, author, id
LIMIT $limit
