// Theme: trust
// Why: which entries gave nothing but a paper: no method, data set, benchmark, task, metric or code
// Param: limit (integer = 100) rows at most
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: paper, year, has_abstract, entries (their ids)
// Empty: every paper here names something
MATCH (p:Paper)
WHERE p.stub = false AND NOT EXISTS { MATCH (p:Paper)-[r:PROPOSES|USES|COMPARES_WITH|INTRODUCES|EVALUATES_ON|ADDRESSES|REPORTS|HAS_CODE]->(x:Method|Dataset|Benchmark|Task|Metric|Repository) WHERE r.confidence >= $min_confidence }
RETURN p.label AS paper, p.year AS year, p.abstract IS NOT NULL AS has_abstract, p.entries AS entries, p.id AS id
ORDER BY year DESC, paper, id
LIMIT $limit
