// Asks the parts of the explorer's page that need no page; the answers go out as JSON.
import { readFileSync } from "node:fs";

const [, , folder, modelFile] = process.argv;
globalThis.document = { getElementById: () => null, baseURI: "http://127.0.0.1:8000/", documentElement: { lang: "en" } };
const at = (name) => `file://${folder}/${name}`;
const { catalogue, shareText } = await import(at("catalogue.js"));
const { Model } = await import(at("model.js"));
const { parseNumber } = await import(at("slider.js"));
const format = await import(at("format.js"));
const offers = await import(at("offers.js"));
const state = await import(at("state.js"));
const words = await import(at("text.js"));

const data = JSON.parse(readFileSync(modelFile, "utf8"));
const model = new Model(data);
const known = catalogue(data);
const context = { data, catalogue: known };
const cells = data.cells.quantity.map((_, cell) => cell);
const values = model.evaluate();
const bothLanguages = (ask) => Object.fromEntries(["zh", "en"].map((one) => ((state.language.value = one), [one, ask()])));

const hostile = { columns: ["name", "value"], rows: [["=1+1", 1.5], ["+a", null], ['say "x", y', -2], ["ordinary", 0]] };
const answers = {
  texts: words.allTexts(),
  typed: ["30%", "1.5e12", "1,200", "15000亿", "2.5M", "−3", "0.7", "", "abc", "1e999", "12 apples", "--1"].map((one) => parseNumber(one)),
  typedInPercent: ["70", "70%", "0.5"].map((one) => parseNumber(one, 100)),
  shown: bothLanguages(() => [2000, 14210, 160125588700, 0.3, 1.0498e24, -919100000, 0.00001234, null].map(format.short)),
  percents: [0.3, 1.25, -0.02].map((one) => format.percent(one)),
  differences: [[110, 100], [90, 100], [100, 100], [null, 1], [1, 0], [-2, -1], [-1, -2]].map(([now, before]) => format.difference(now, before)),
  typable: [0.7, 70, 146548000000, 1.5e24].map((one) => parseNumber(format.typable(one))),
  names: cells.map((cell) => known.cellName(cell)),
  namesOfModel: cells.map((cell) => model.cellName(cell)),
  back: cells.every((cell) => known.cellNumbers.get(known.cellName(cell)) === cell),
  inputs: cells.map((cell) => known.inputsOf(cell, new Map())),
  inputsOfModel: cells.map((cell) => values.inputs(cell).filter((one) => known.given.has(one))),
  selections: ["tier:module", "company:haidai@module", "company:haidai", "edge:polysilicon>module", "quantity:nothing", "tier:<b>", "company:haidai@nowhere", "x"].map(
    (one) => known.selected(one) !== null,
  ),
  found: Object.fromEntries(["HAIDAI", "hai dai", "module", "zzzz", "<script>"].map((one) => [one, known.find(one).map((hit) => hit.key)])),
  shares: data.shares.map(shareText),
  edges: data.edges.map(({ source, target }) => [source, target, known.edgeStatus(`${source}>${target}`, data.workspace.period)]),
  csv: offers.toCsv(context, hostile),
  json: JSON.parse(offers.toJson(context, "test", hostile)),
};
process.stdout.write(JSON.stringify(answers));
