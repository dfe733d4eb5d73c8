// Theme: people
// Why: how a person's papers and co-authors grow over the years
// Param: author (Author) the person's name, a variant of it, or a label such as Wei Li (2)
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: year, papers, co_authors (different persons on them, through inferred authorships too), names (in order)
// Empty: no paper of that person here has a date
MATCH (a:Author)
WHERE toLower($author) IN [toLower(a.name), toLower(a.label)] OR any(v IN coalesce(a.variants, []) WHERE toLower(v) = toLower($author))
MATCH (a:Author)-[w:AUTHORED]->(p:Paper)
WHERE p.year IS NOT NULL AND w.confidence >= $min_confidence
OPTIONAL MATCH (b:Author)-[v:AUTHORED]->(p:Paper)
WHERE b.id <> a.id AND v.confidence >= $min_confidence
WITH p.year AS year, p.id AS paper, b.id AS other, b.label AS name
ORDER BY year, name, other
WITH year, count(DISTINCT paper) AS papers, count(DISTINCT other) AS co_authors, collect(DISTINCT name) AS names
RETURN year AS year, papers AS papers, co_authors AS co_authors, names AS names
ORDER BY year
