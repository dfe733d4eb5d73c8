// Theme: data
// Why: which papers use or introduce a data set or benchmark, and where they say so
// Param: dataset (Dataset, Benchmark) the name of the data set or benchmark
// Param: limit (integer = 100) rows at most
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: paper, year, relation (INTRODUCES or EVALUATES_ON), sentence, confidence
// Empty: no paper here names it
MATCH (d:Dataset|Benchmark)
WHERE toLower(d.name) = toLower($dataset) OR toLower(coalesce(d.long_form, '')) = toLower($dataset) OR any(v IN coalesce(d.aliases, []) WHERE toLower(v) = toLower($dataset))
MATCH (p:Paper)-[r:INTRODUCES|EVALUATES_ON]->(d:Dataset|Benchmark)
WHERE r.confidence >= $min_confidence
RETURN p.label AS paper, p.year AS year, type(r) AS relation, r.sentence AS sentence, r.confidence AS confidence, p.id AS id, d.id AS dataset_id
ORDER BY relation DESC, year DESC, paper, id, dataset_id
LIMIT $limit
