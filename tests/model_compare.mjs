// Compares the explorer's evaluator with what the engine says: reads lists of cases as JSON, writes what differs as JSON.
// Runs in Node as `node model_compare.mjs CASES.json ENGINE/explorer/model.js`, and in a page by `compare`.

/** The greatest relative difference of values, answers to moves and exposures from those expected, and where unknowns differ. */
export function compare(Model, { data, points, moves, exposures }) {
  const model = new Model(data);
  const found = { values: 0, compared: 0, worst: 0, moves: 0, exposures: 0, wrong: [] };
  const note = (text) => found.wrong.length < 20 && found.wrong.push(text);
  const close = (mine, theirs, where) => {
    found.compared += 1;
    if (mine === null || theirs === null) {
      if (mine !== theirs) note(`${where}: ${mine}, expected ${theirs}`);
      return;
    }
    const difference = mine === theirs ? 0 : Math.abs(mine - theirs) / Math.max(Math.abs(mine), Math.abs(theirs));
    if (!(difference <= 1e-12)) note(`${where}: ${mine}, expected ${theirs}`);
    found.worst = Math.max(found.worst, difference);
  };
  for (const { changes, variants, cells, expected } of points) {
    const values = model.evaluate(new Map(changes), new Map(Object.entries(variants)));
    cells.forEach((cell, k) => close(values.of(cell), expected[k], model.cellName(cell)));
    found.values += cells.length;
  }
  for (const { changes, variants, moved, cell, expected } of moves) {
    const values = cached(model, changes, variants);
    const { derivative, elasticity, kink, left, right } = values.response(cell, moved);
    const where = `${model.cellName(cell)} by ${model.cellName(moved[0])}`;
    close(derivative, expected.derivative, `${where}: derivative`);
    close(elasticity, expected.elasticity, `${where}: elasticity`);
    if (kink !== expected.kink) note(`${where}: kink ${kink}, expected ${expected.kink}`);
    for (const [side, mine] of [["left", left], ["right", right]]) {
      for (const part of ["derivative", "elasticity"]) close(mine[part], expected[side][part], `${where}: ${part} to the ${side}`);
    }
    found.moves += 1;
  }
  for (const { changes, variants, driver, company, options, rows, sums } of exposures) {
    const values = cached(model, changes, variants);
    const mine = company ? model.companyExposure(values, company, options) : model.exposure(values, driver, options);
    const where = `${driver ?? company} ${JSON.stringify(options)}`;
    if (mine.length !== rows.length) note(`${where}: ${mine.length} rows, expected ${rows.length}`);
    rows.slice(0, mine.length).forEach((row, k) => sameRow(model, mine[k], row, `${where} row ${k + 1}`, close, note));
    const totals = model.totals(mine, options.by);
    if (totals.length !== sums.length) note(`${where}: ${totals.length} totals, expected ${sums.length}`);
    sums.slice(0, totals.length).forEach((sum, k) => sameTotal(model, totals[k], sum, `${where} total ${k + 1}`, close, note));
    found.exposures += 1;
  }
  return found;
}

function sameTotal(model, mine, sum, where, close, note) {
  const names = (cells) => cells.map((cell) => model.cellName(cell, false)).join(" ");
  const named = {
    company: mine.company, driver: model.data.quantities[mine.driver].id, currency: mine.currency, atLeast: mine.atLeast,
    reach: mine.reach, parts: names(mine.parts), leftOut: names(mine.leftOut), unknown: names(mine.unknown),
    bounded: names(mine.bounded), approximate: names(mine.approximate), rank: mine.rank,
  };
  for (const [name, text] of Object.entries(named)) if (text !== sum[name]) note(`${where}: ${name} ${text}, expected ${sum[name]}`);
  for (const name of ["value", "known", "atMost", "weight"]) {
    [0, 1].forEach((end) => close(mine[name][end], sum[name][end], `${where}: ${name}`));
  }
  close(mine.elasticity, sum.elasticity, `${where}: elasticity`);
}

const kept = new Map();

function cached(model, changes, variants) {
  const key = JSON.stringify([changes, variants]);
  if (kept.model !== model) kept.clear();
  kept.model = model;
  if (!kept.has(key)) kept.set(key, model.evaluate(new Map(changes), new Map(Object.entries(variants))));
  return kept.get(key);
}

function sameRow(model, mine, row, where, close, note) {
  const named = {
    company: mine.company, tier: mine.tier, quantity: model.data.quantities[mine.quantity].id, currency: mine.currency,
    driver: model.data.quantities[mine.driver].id, cell: model.cellName(mine.cell, false), reach: mine.path.length,
    bound: mine.bound, reason: mine.reason?.code ?? null,
    counted: mine.countedIn.map(([quantity, reason]) => `${model.data.quantities[quantity].id} ${reason}`).join(", "),
  };
  for (const [name, text] of Object.entries(named)) {
    if (text !== row[name]) note(`${where}: ${name} ${text}, expected ${row[name]}`);
  }
  const numbers = {
    elasticity: mine.elasticity, market: mine.market, effect: mine.effect, share: mine.share, low: mine.low, high: mine.high,
    value: mine.value, valueLow: mine.valueLow, valueHigh: mine.valueHigh, left: mine.sides?.[0] ?? null,
    right: mine.sides?.[1] ?? null, weightLow: mine.weight?.effect[0] ?? null, weightHigh: mine.weight?.effect[1] ?? null,
  };
  for (const [name, number] of Object.entries(numbers)) close(number, row[name], `${where}: ${name}`);
}

if (typeof process !== "undefined" && process.argv[3]) {
  const { readFileSync } = await import("node:fs");
  const { pathToFileURL } = await import("node:url");
  const { Model } = await import(pathToFileURL(process.argv[3]).href);
  const cases = JSON.parse(readFileSync(process.argv[2], "utf8"));
  console.log(JSON.stringify(cases.map((each) => compare(Model, each))));
}
