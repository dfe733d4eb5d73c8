// Theme: data
// Why: which data sets and benchmarks were introduced in which year, and by which paper
// Param: limit (integer = 200) rows at most
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: year (none: no date), name, kind, paper, confidence
// Empty: no paper here introduces a data set or benchmark
MATCH (p:Paper)-[r:INTRODUCES]->(d:Dataset|Benchmark)
WHERE r.confidence >= $min_confidence
RETURN p.year AS year, d.name AS name, d.kind AS kind, p.label AS paper, r.confidence AS confidence, d.id AS id, p.id AS paper_id
ORDER BY year DESC, name, paper, id, paper_id
LIMIT $limit
