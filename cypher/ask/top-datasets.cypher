// Theme: data
// Why: which data sets and benchmarks are used most, since when
// Param: limit (integer = 25) rows at most
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: name, kind (Dataset or Benchmark), papers, first_year, last_year
// Empty: no paper here names a data set or benchmark
MATCH (p:Paper)-[r:INTRODUCES|EVALUATES_ON]->(d:Dataset|Benchmark)
WHERE r.confidence >= $min_confidence
WITH d, count(DISTINCT p.id) AS papers, min(p.year) AS first_year, max(p.year) AS last_year
RETURN d.name AS name, d.kind AS kind, papers AS papers, first_year AS first_year, last_year AS last_year, d.id AS id
ORDER BY papers DESC, name, id
LIMIT $limit
