// Theme: people
// Why: by which chain of co-authors are two persons linked
// Param: from (Author) one person's name, or a variant of it
// Param: to (Author) another person's name, or a variant of it
// Returns: people (names along the shortest chain; of several, the first by name), steps
// Empty: no chain of at most eight co-authorships links two different persons of these names
MATCH (a:Author)
WHERE toLower($from) IN [toLower(a.name), toLower(a.label)] OR any(v IN coalesce(a.variants, []) WHERE toLower(v) = toLower($from))
MATCH (b:Author)
WHERE (toLower($to) IN [toLower(b.name), toLower(b.label)] OR any(v IN coalesce(b.variants, []) WHERE toLower(v) = toLower($to))) AND b.id <> a.id
MATCH p = allShortestPaths((a:Author)-[:CO_AUTHORED_WITH*..8]-(b:Author))
WITH [n IN nodes(p) | n.label] AS people, length(p) AS steps, reduce(t = '', n IN nodes(p) | t + n.label + '|' + n.id + '|') AS chain
ORDER BY steps, chain
LIMIT 1
RETURN people AS people, steps AS steps
ORDER BY steps
