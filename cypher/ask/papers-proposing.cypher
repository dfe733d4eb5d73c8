// Theme: methods
// Why: which papers introduce a method as their own
// Param: method (Method) the method's name, acronym or long form
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: paper, year, method, sentence (where it says so), confidence
// Empty: no paper here proposes the method; some may use it or compare with it
MATCH (m:Method)
WHERE toLower(m.name) = toLower($method) OR toLower(coalesce(m.long_form, '')) = toLower($method) OR any(v IN coalesce(m.aliases, []) WHERE toLower(v) = toLower($method))
MATCH (p:Paper)-[r:PROPOSES]->(m:Method)
WHERE r.confidence >= $min_confidence
RETURN p.label AS paper, p.year AS year, m.name AS method, r.sentence AS sentence, r.confidence AS confidence, p.id AS id, m.id AS method_id
ORDER BY confidence DESC, paper, id, method_id
