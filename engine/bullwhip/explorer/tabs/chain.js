/** The chain as a map, what is selected in it, and the drivers. */
export const id = "chain";
export const title = { zh: "产业链", en: "Chain" };

/** Show the chain. */
export function mount(element, context) {
  return () => {};
}
