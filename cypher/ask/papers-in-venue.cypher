// Theme: papers
// Why: which papers appeared in a conference or journal
// Param: venue (Venue) the venue's name
// Param: limit (integer = 100) rows at most
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: paper, year, methods (that it proposes, in order), venue (its name here)
// Empty: no paper here appeared there
MATCH (p:Paper)-[r:PUBLISHED_IN]->(v:Venue)
WHERE (toLower(v.name) = toLower($venue) OR any(x IN coalesce(v.aliases, []) WHERE toLower(x) = toLower($venue))) AND r.confidence >= $min_confidence
OPTIONAL MATCH (p:Paper)-[s:PROPOSES]->(m:Method)
WHERE s.confidence >= $min_confidence
WITH p, v, m.name AS method
ORDER BY method
WITH p, v, collect(DISTINCT method) AS methods
RETURN p.label AS paper, p.year AS year, methods AS methods, v.name AS venue, p.id AS id
ORDER BY year DESC, paper, id
LIMIT $limit
