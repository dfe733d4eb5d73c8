// Theme: people
// Why: with whom does a person write, how often and how closely
// Param: author (Author) the person's name, a variant of it, or a label such as Wei Li (2)
// Param: limit (integer = 25) rows at most
// Returns: co_author, papers (how many together; inferred authorships do not count), first_year, last_year, weight (sum over the papers of 1 / (authors - 1), after Newman 2001), author (with a number where several people have the name)
// Empty: the person has no printed co-author in this graph
MATCH (a:Author)
WHERE toLower($author) IN [toLower(a.name), toLower(a.label)] OR any(v IN coalesce(a.variants, []) WHERE toLower(v) = toLower($author))
MATCH (a:Author)-[c:CO_AUTHORED_WITH]-(b:Author)
RETURN b.label AS co_author, size(c.papers) AS papers, c.first_year AS first_year, c.last_year AS last_year, c.weight AS weight, a.label AS author, b.id AS id
ORDER BY papers DESC, weight DESC, co_author, id, author
LIMIT $limit
