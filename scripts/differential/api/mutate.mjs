// A good body of JSON with one part changed by chance.

const leaves = [
  '',
  'x',
  'ü',
  0,
  1,
  -1,
  1.5,
  1e21,
  true,
  false,
  null,
  [],
  {},
  [1],
  ['x'],
  { a: 'b' },
  { a: { b: 1 } },
  '9223372036854775808',
  ' ',
];

/** Another value in one place, a place less or a name changed; or the text cut, or with a character more or less. */
export function changed(random, value) {
  if (random.chance(0.4)) return changedText(random, JSON.stringify(value));
  const copy = structuredClone(value);
  const places = [];
  walk(copy, (holder, key) => places.push([holder, key]));
  for (let k = random.pick([1, 1, 1, 2, 3]); k > 0; k--) {
    const [holder, key] = random.pick(places);
    random.weighted([
      [
        6,
        () => {
          holder[key] = random.pick(leaves);
        },
      ],
      [2, () => (Array.isArray(holder) ? holder.splice(key, 1) : delete holder[key])],
      [1, () => Array.isArray(holder) && holder.splice(key, 0, random.pick(leaves))],
      [
        1,
        () => {
          if (!Array.isArray(holder)) holder[random.pick(['x', '', 'ü', '1', String(key).toUpperCase()])] = holder[key];
        },
      ],
    ]);
  }
  return JSON.stringify(copy);
}

function walk(value, visit) {
  if (value === null || typeof value !== 'object') return;
  for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
    visit(value, key);
    walk(value[key], visit);
  }
}

function changedText(random, text) {
  const at = random.int(text.length);
  return random.weighted([
    [3, () => text.slice(0, at)],
    [3, () => text.slice(0, at) + text.slice(at + 1)],
    [3, () => text.slice(0, at) + random.pick([...'{}[]",:\\ 0-ex\n\u0000ü']) + text.slice(at)],
    [
      1,
      () => text.slice(0, at) + random.pick(['null', 'true', '1', '""', '{}', '[]', '\\u0000', '\\']) + text.slice(at),
    ],
  ]);
}
