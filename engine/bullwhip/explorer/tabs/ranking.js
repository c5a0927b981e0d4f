/** Who is exposed to a driver, as a table. */
export const id = "ranking";
export const title = { zh: "受益排名", en: "Exposure" };

/** Show the ranking. */
export function mount(element, context) {
  return () => {};
}
