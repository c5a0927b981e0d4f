/**
 * The tabs, in the order in which they stand. A tab is `{id, title: {zh, en}, mount(element, context) -> unmount}`.
 *
 * `context` is `{model, data, catalogue, base, values, settled, state, text, api, announce}`: the evaluator, the JSON it
 * was made of, names and look-ups, signals of the values before and after the changes by hand and of those when a slider
 * rests, what is chosen, the texts, the server, and a voice for screen readers.
 */
import * as audit from "./tabs/audit.js";
import * as chain from "./tabs/chain.js";
import * as compare from "./tabs/compare.js";
import * as conflicts from "./tabs/conflicts.js";
import * as ranking from "./tabs/ranking.js";
import * as sparql from "./tabs/sparql.js";

/** All tabs. */
export const TABS = [chain, ranking, compare, audit, conflicts, sparql];
