// Theme: papers
// Why: which papers name the same methods, data and tasks as a paper
// Param: paper (Paper) the paper's title
// Param: limit (integer = 25) rows at most
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: paper, year, shared (how many names), names (in order)
// Empty: no other paper here shares a name with it
MATCH (p:Paper)
WHERE toLower(p.title) = toLower($paper) OR toLower(p.label) = toLower($paper)
MATCH (p:Paper)-[r:PROPOSES|USES|COMPARES_WITH|EVALUATES_ON|INTRODUCES|ADDRESSES]->(x:Method|Dataset|Benchmark|Task)
WHERE r.confidence >= $min_confidence
MATCH (o:Paper)-[s:PROPOSES|USES|COMPARES_WITH|EVALUATES_ON|INTRODUCES|ADDRESSES]->(x:Method|Dataset|Benchmark|Task)
WHERE o.id <> p.id AND s.confidence >= $min_confidence
WITH DISTINCT o, x.name AS name, x.id AS x_id
ORDER BY name, x_id
WITH o, collect(name) AS names
RETURN o.label AS paper, o.year AS year, size(names) AS shared, names AS names, o.id AS id
ORDER BY shared DESC, paper, id
LIMIT $limit
