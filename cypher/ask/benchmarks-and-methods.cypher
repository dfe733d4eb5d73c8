// Theme: data
// Why: what is evaluated on each benchmark
// Param: limit (integer = 50) rows at most
// Returns: benchmark, methods (how many), names (in order), papers (that use the benchmark)
// Empty: no method here is evaluated on a benchmark
MATCH (m:Method)-[e:EVALUATED_ON]->(b:Benchmark)
WITH b, m.name AS name, m.id AS method_id
ORDER BY name, method_id
WITH b, collect(name) AS names
RETURN b.name AS benchmark, size(names) AS methods, names AS names, b.papers AS papers, b.id AS id
ORDER BY methods DESC, benchmark, id
LIMIT $limit
