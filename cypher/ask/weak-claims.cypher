// Theme: trust
// Why: which claims should a reader check first: those the extraction is least sure of
// Param: max_confidence (number = 0.6) only what is at most so sure, 0 to 1
// Param: limit (integer = 50) rows at most
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: paper, relation, kind, name, confidence, sentence, source (the file), entry
// Empty: everything here is surer than that
MATCH (p:Paper)-[r:PROPOSES|USES|COMPARES_WITH|INTRODUCES|EVALUATES_ON|ADDRESSES|REPORTS|HAS_CODE]->(x:Method|Dataset|Benchmark|Task|Metric|Repository)
WHERE r.confidence <= $max_confidence AND r.confidence >= $min_confidence
RETURN p.label AS paper, type(r) AS relation, x.kind AS kind, x.name AS name, r.confidence AS confidence, r.sentence AS sentence, r.source AS source, r.entry AS entry, p.id AS id, x.id AS x_id
ORDER BY confidence, paper, relation, name, id, x_id
LIMIT $limit
