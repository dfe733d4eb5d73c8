// Theme: data
// Why: which methods were evaluated on a data set or benchmark
// Param: dataset (Dataset, Benchmark) the name of the data set or benchmark
// Param: limit (integer = 50) rows at most
// Returns: method, papers (how many evaluate it there), first_year
// Empty: no paper here evaluates a named method on it
MATCH (d:Dataset|Benchmark)
WHERE toLower(d.name) = toLower($dataset) OR toLower(coalesce(d.long_form, '')) = toLower($dataset) OR any(v IN coalesce(d.aliases, []) WHERE toLower(v) = toLower($dataset))
MATCH (m:Method)-[e:EVALUATED_ON]->(d:Dataset|Benchmark)
RETURN m.name AS method, size(e.papers) AS papers, e.first_year AS first_year, m.id AS id, d.id AS dataset_id
ORDER BY papers DESC, method, id, dataset_id
LIMIT $limit
