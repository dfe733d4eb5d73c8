// Theme: methods
// Why: which proposed methods are measured against a method
// Param: method (Method) the method's name, acronym or long form
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: proposed (the paper's own methods), paper, year, method, sentence, confidence
// Empty: no paper here compares with the method; some may use it
MATCH (m:Method)
WHERE toLower(m.name) = toLower($method) OR toLower(coalesce(m.long_form, '')) = toLower($method) OR any(v IN coalesce(m.aliases, []) WHERE toLower(v) = toLower($method))
MATCH (p:Paper)-[r:COMPARES_WITH]->(m:Method)
WHERE r.confidence >= $min_confidence
OPTIONAL MATCH (p:Paper)-[s:PROPOSES]->(own:Method)
WHERE s.confidence >= $min_confidence
WITH p, r, m, own.name AS name
ORDER BY name
WITH p, r, m, collect(name) AS proposed
RETURN proposed AS proposed, p.label AS paper, p.year AS year, m.name AS method, r.sentence AS sentence, r.confidence AS confidence, p.id AS id, m.id AS method_id
ORDER BY confidence DESC, paper, id, method_id
