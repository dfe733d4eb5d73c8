// Theme: trust
// Why: what each source file gave
// Param: min_confidence (number = 0) only what is at least so sure, 0 to 1
// Returns: source (the file), papers (that it lists), claims (whose best evidence is in it), mean_confidence (of those claims, rounded)
// Empty: no paper is here
// Confidences have three places: summed as whole thousandths, they give one mean whatever the order in which an engine adds them.
MATCH (p:Paper)
UNWIND p.sources AS source
OPTIONAL MATCH (p:Paper)-[r:PROPOSES|USES|COMPARES_WITH|INTRODUCES|EVALUATES_ON|ADDRESSES|REPORTS|HAS_CODE|IN_CATEGORY]->(x:Method|Dataset|Benchmark|Task|Metric|Repository|Category)
WHERE r.source = source AND r.confidence >= $min_confidence
WITH source, count(DISTINCT p.id) AS papers, count(r.confidence) AS claims, sum(toInteger(r.confidence * 1000 + 0.5)) AS thousandths
RETURN source AS source, papers AS papers, claims AS claims, CASE WHEN claims = 0 THEN null ELSE toInteger(toFloat(thousandths) / claims + 0.5) / 1000.0 END AS mean_confidence
ORDER BY source
