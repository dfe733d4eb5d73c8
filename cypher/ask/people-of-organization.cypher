// Theme: people
// Why: who belongs to an organization, and how sure that is
// Param: organization (Organization) the organization's name
// Param: limit (integer = 100) rows at most
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: author, papers (here), confidence, sentence
// Empty: nobody here is said to belong to it
MATCH (o:Organization)
WHERE toLower(o.name) = toLower($organization)
MATCH (a:Author)-[r:AFFILIATED_WITH]->(o:Organization)
WHERE r.confidence >= $min_confidence
RETURN a.label AS author, a.papers AS papers, r.confidence AS confidence, r.sentence AS sentence, a.id AS id
ORDER BY confidence DESC, author, id
LIMIT $limit
