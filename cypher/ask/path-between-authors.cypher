// Why: by which chain of co-authors are two persons linked
// Param: from (Author) one person's name
// Param: to (Author) another person's name
// Returns: people (names along the shortest chain; of several, the first by name), steps
// Empty: no chain of at most eight co-authorships links the two in this graph
MATCH (a:Author) WHERE toLower(a.name) = toLower($from)
MATCH (b:Author) WHERE toLower(b.name) = toLower($to) AND a.id <> b.id
MATCH p = allShortestPaths((a)-[:CO_AUTHORED_WITH*..8]-(b))
WITH [n IN nodes(p) | n.name] AS people, length(p) AS steps, reduce(t = '', n IN nodes(p) | t + n.name + '|' + n.id + '|') AS chain
RETURN people AS people, steps AS steps, chain AS chain
ORDER BY steps, chain
LIMIT 1
