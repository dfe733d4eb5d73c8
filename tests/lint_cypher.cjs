// Lints Cypher with Neo4j's own language support: node lint_cypher.cjs PACKAGE FILE… prints a JSON object, messages by file.
const [, , package_, ...files] = process.argv;
const { lintCypherQuery } = require(package_);
const { readFileSync } = require("fs");
const found = {};
for (const file of files) {
  const text = readFileSync(file, "utf8");
  const names = [...text.matchAll(/\$(\w+)/g)].map((m) => [m[1], 1]);
  found[file] = lintCypherQuery(text, { parameters: Object.fromEntries(names) }).diagnostics.map((d) => d.message);
}
console.log(JSON.stringify(found));
