// Theme: trust
// Why: which sentences say that papers propose, use, compare with, address or report something
// Param: name (Method, Dataset, Benchmark, Task, Metric) its name, acronym or long form
// Param: limit (integer = 100) rows at most
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: kind, name, relation, paper, sentence, confidence, source (the file), entry
// Empty: no paper here names it
MATCH (x:Method|Dataset|Benchmark|Task|Metric)
WHERE toLower(x.name) = toLower($name) OR toLower(coalesce(x.long_form, '')) = toLower($name) OR any(v IN coalesce(x.aliases, []) WHERE toLower(v) = toLower($name))
MATCH (p:Paper)-[r:PROPOSES|USES|COMPARES_WITH|INTRODUCES|EVALUATES_ON|ADDRESSES|REPORTS]->(x:Method|Dataset|Benchmark|Task|Metric)
WHERE r.confidence >= $min_confidence
RETURN x.kind AS kind, x.name AS name, type(r) AS relation, p.label AS paper, r.sentence AS sentence, r.confidence AS confidence, r.source AS source, r.entry AS entry, x.id AS id, p.id AS paper_id
ORDER BY confidence DESC, relation, paper, id, paper_id
LIMIT $limit
