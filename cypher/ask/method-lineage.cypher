// Theme: methods
// Why: what a method builds on or is measured against, and which later methods build on it or measure themselves against it
// Param: method (Method) the method's name, acronym or long form
// Param: limit (integer = 100) rows at most
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: direction (from: what its papers rest on; to: what rests on it), relation (extends: uses; compares), other (the other method), paper, year, sentence
// Empty: no paper here both proposes a method and names this one, nor is one proposed beside others
MATCH (m:Method)
WHERE toLower(m.name) = toLower($method) OR toLower(coalesce(m.long_form, '')) = toLower($method) OR any(v IN coalesce(m.aliases, []) WHERE toLower(v) = toLower($method))
CALL (m) {
  MATCH (p:Paper)-[own:PROPOSES]->(m:Method)
  MATCH (p:Paper)-[r:USES|COMPARES_WITH]->(o:Method)
  WHERE own.confidence >= $min_confidence AND r.confidence >= $min_confidence
  RETURN 'from' AS direction, type(r) AS kind, o.name AS other, o.id AS other_id, p.label AS paper, p.year AS year, r.sentence AS sentence, p.id AS paper_id
  UNION ALL
  MATCH (p:Paper)-[r:USES|COMPARES_WITH]->(m:Method)
  MATCH (p:Paper)-[own:PROPOSES]->(o:Method)
  WHERE own.confidence >= $min_confidence AND r.confidence >= $min_confidence
  RETURN 'to' AS direction, type(r) AS kind, o.name AS other, o.id AS other_id, p.label AS paper, p.year AS year, r.sentence AS sentence, p.id AS paper_id
}
RETURN direction AS direction, CASE kind WHEN 'USES' THEN 'extends' ELSE 'compares' END AS relation, other AS other, paper AS paper, year AS year, sentence AS sentence, other_id AS id, paper_id AS paper_id, m.id AS method_id
ORDER BY direction, year, relation, other, paper, id, paper_id, method_id
LIMIT $limit
