// Adds up rows as the page does: reads cases as JSON, writes for each the parts chosen and the sums.
// Runs as `node totals_compare.mjs CASES.json ENGINE/explorer/totals.js`.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { totals } = await import(pathToFileURL(process.argv[3]).href);
const model = { data: { quantities: [{ id: "driver" }] } };
const cases = JSON.parse(readFileSync(process.argv[2], "utf8"));
console.log(JSON.stringify(cases.map((rows) => totals(model, rows, "value"))));
