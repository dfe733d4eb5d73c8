// Why: which papers introduce a method as their own
// Param: method (Method) the method's name, acronym or long form
// Returns: paper, year, sentence (where it says so), confidence
// Empty: no paper here proposes the method; some may use it or compare with it
MATCH (m:Method)
WHERE toLower(m.name) = toLower($method) OR toLower(coalesce(m.long_form, '')) = toLower($method) OR any(v IN coalesce(m.aliases, []) WHERE toLower(v) = toLower($method))
MATCH (p:Paper)-[r:PROPOSES]->(m:Method)
RETURN p.label AS paper, p.year AS year, m.name AS method, r.sentence AS sentence, r.confidence AS confidence, p.id AS id
ORDER BY confidence DESC, paper, id
