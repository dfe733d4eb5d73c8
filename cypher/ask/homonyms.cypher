// Theme: trust
// Why: which names stand for several things here
// Param: limit (integer = 100) rows at most
// Returns: form (in lower case), things (how many), kinds, names (with their long forms), ids
// Empty: every name and other form here stands for one thing
MATCH (x:Author|Method|Dataset|Benchmark|Task|Metric)
UNWIND [x.name] + coalesce(x.aliases, []) + coalesce(x.variants, []) AS said
WITH toLower(said) AS form, collect(DISTINCT x.id) AS found
WITH form, found, size(found) AS things
WHERE things > 1
WITH form, found, things ORDER BY things DESC, form LIMIT $limit
UNWIND found AS id
MATCH (x:Author|Method|Dataset|Benchmark|Task|Metric)
WHERE x.id = id
WITH form, things, x.kind AS kind, x.name AS name, CASE WHEN toLower(coalesce(x.long_form, '')) = toLower(x.name) THEN '' ELSE coalesce(x.long_form, '') END AS long_form, x.id AS id
ORDER BY form, id
WITH form, things, collect(id) AS ids, collect(kind) AS kinds, collect(CASE long_form WHEN '' THEN name ELSE name + ' = ' + long_form END) AS names
RETURN form AS form, things AS things, kinds AS kinds, names AS names, ids AS ids
ORDER BY things DESC, form
LIMIT $limit
