// Writes what the ranking of the page offers as files, rows and totals, for some drivers and both languages.
// Runs as `node ranking_files.mjs EXPLORER_FOLDER MODEL.json DRIVER…`.
import { readFileSync } from "node:fs";

const [, , folder, modelFile, ...drivers] = process.argv;
globalThis.document = { getElementById: () => null, baseURI: "http://127.0.0.1:8000/", documentElement: { lang: "en" } };
const at = (name) => `file://${folder}/${name}`;
const { catalogue } = await import(at("catalogue.js"));
const { Model } = await import(at("model.js"));
const offers = await import(at("offers.js"));
const ranking = await import(at("rankingtable.js"));
const sums = await import(at("sumstable.js"));
const state = await import(at("state.js"));

const data = JSON.parse(readFileSync(modelFile, "utf8"));
const model = new Model(data);
const start = model.start();
const context = { data, model, catalogue: catalogue(data), values: { value: model.evaluate(start.changes, start.variants) } };
state.language.value = "en";
state.period.value = data.workspace.period;

const found = drivers.map((driver) => {
  const rows = ranking.rowsOf(context, context.catalogue.quantityNumber.get(driver));
  const file = (table) => JSON.parse(offers.toJson(context, "exposure", table)).rows;
  return {
    rows: file(ranking.rankingFile(context, rows)),
    said: rows.map((row) => row.countedText),
    totals: file(sums.sumsFile(context, sums.sumsOf(context, rows))),
  };
});
process.stdout.write(JSON.stringify(found));
