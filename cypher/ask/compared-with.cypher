// Why: which proposed methods are measured against a method
// Param: method (Method) the method's name, acronym or long form
// Returns: proposed (the paper's own method, or null), paper, year, sentence, confidence
// Empty: no paper here compares with the method; some may use it
MATCH (m:Method)
WHERE toLower(m.name) = toLower($method) OR toLower(coalesce(m.long_form, '')) = toLower($method) OR any(v IN coalesce(m.aliases, []) WHERE toLower(v) = toLower($method))
MATCH (p:Paper)-[r:COMPARES_WITH]->(m:Method)
OPTIONAL MATCH (p:Paper)-[s:PROPOSES]->(own:Method)
WITH p, r, m, own.name AS name
ORDER BY name
WITH p, r, m, collect(name) AS proposed
RETURN proposed AS proposed, p.label AS paper, p.year AS year, m.name AS method, r.sentence AS sentence, r.confidence AS confidence, p.id AS id
ORDER BY confidence DESC, paper, id
