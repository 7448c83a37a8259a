// What docs/constrained.md says of a peer that is not here: it stays as it was measured, with its day. No registry carries Espruino's MQTT
// module, so that the page can be written without it.

const LABEL = 'Espruino’s MQTT: no checks, nothing is sent again';

/** `{ measured, loaded, work }`: its day, the cells of its row, and for each row of the other table those of its two columns. */
export function keptOn(page) {
  const [files, work] = ['| loaded |', '| while it works |'].map((head) => {
    const table = page.split('\n\n').find((part) => part.startsWith(head)) ?? '';
    return table.split('\n').slice(2).map(cellsOf);
  });
  const loaded = files.find(([label]) => label === LABEL);
  const [, measured] = /Espruino's MQTT module .* Measured on (\d{4}-\d\d-\d\d)/.exec(page) ?? [];
  if (!loaded || !measured)
    throw new Error(`docs/constrained.md has no row with a day of ${LABEL}: give --espruino FILE`);
  return { measured, loaded, work: work.map((cells) => cells.slice(-2)) };
}

/** The same of what was measured today. */
export function measuredNow(loaded, work) {
  return { measured: new Date().toISOString().slice(0, 10), loaded: [LABEL, ...loaded], work };
}

function cellsOf(row) {
  return row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}
