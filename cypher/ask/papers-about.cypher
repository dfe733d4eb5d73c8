// Theme: papers
// Why: which papers have certain words in their title or abstract
// Param: words (text) what must stand there, in one piece; case and hyphens do not matter
// Param: limit (integer = 50) rows at most
// Returns: paper, year, in_title (whether the title has it), venue, url
// Empty: no title or abstract here has these words
MATCH (p:Paper)
WITH p, replace(toLower(coalesce(p.title, '')), '-', ' ') AS title, replace(toLower(coalesce(p.abstract, '')), '-', ' ') AS abstract, replace(toLower($words), '-', ' ') AS words
WHERE title CONTAINS words OR abstract CONTAINS words
WITH p, title CONTAINS words AS in_title
RETURN p.label AS paper, p.year AS year, in_title AS in_title, p.venue AS venue, p.url AS url, p.id AS id
ORDER BY in_title DESC, year DESC, paper, id
LIMIT $limit
