// Theme: trust
// Why: how much of each year's papers the graph knows: authors, abstracts, methods, data, tasks, code
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: year (none: no date), papers, with_authors, with_abstract, with_methods, with_data, with_tasks, with_code (papers of each kind)
// Empty: no paper is here
MATCH (p:Paper)
WHERE p.stub = false
WITH p.year AS year,
  CASE WHEN EXISTS { MATCH (p:Paper)<-[r:AUTHORED]-(a:Author) WHERE r.confidence >= $min_confidence } THEN 1 ELSE 0 END AS authors,
  CASE WHEN p.abstract IS NULL THEN 0 ELSE 1 END AS abstracts,
  CASE WHEN EXISTS { MATCH (p:Paper)-[r:PROPOSES|USES|COMPARES_WITH]->(m:Method) WHERE r.confidence >= $min_confidence } THEN 1 ELSE 0 END AS methods,
  CASE WHEN EXISTS { MATCH (p:Paper)-[r:INTRODUCES|EVALUATES_ON]->(d:Dataset|Benchmark) WHERE r.confidence >= $min_confidence } THEN 1 ELSE 0 END AS data,
  CASE WHEN EXISTS { MATCH (p:Paper)-[r:ADDRESSES]->(t:Task) WHERE r.confidence >= $min_confidence } THEN 1 ELSE 0 END AS tasks,
  CASE WHEN EXISTS { MATCH (p:Paper)-[r:HAS_CODE]->(g:Repository) WHERE r.confidence >= $min_confidence } THEN 1 ELSE 0 END AS code
WITH year, count(*) AS papers, sum(authors) AS with_authors, sum(abstracts) AS with_abstract, sum(methods) AS with_methods, sum(data) AS with_data, sum(tasks) AS with_tasks, sum(code) AS with_code
RETURN year AS year, papers AS papers, with_authors AS with_authors, with_abstract AS with_abstract, with_methods AS with_methods, with_data AS with_data, with_tasks AS with_tasks, with_code AS with_code
ORDER BY year
