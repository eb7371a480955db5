// A query as a tree that knows which of its parts may go: so that a query whose answers differ can be made small.
//
//   node = text | node[] | { optional: node } | { around: [before, inner, after] } | { either: [node, smaller] }

export const optional = (node) => ({ optional: node });
export const around = (before, inner, after) => ({ around: [before, inner, after] });
export const either = (node, smaller) => ({ either: [node, smaller] });

export function print(node) {
  if (typeof node === 'string') return node;
  if (Array.isArray(node)) return node.map(print).join('');
  if (node.optional !== undefined) return print(node.optional);
  if (node.either !== undefined) return print(node.either[0]);
  return node.around.map(print).join('');
}

/** Every tree that is this one with one part left out or one wrapping taken off; the big cuts first. */
export function* smaller(node) {
  if (typeof node === 'string') return;
  if (Array.isArray(node)) {
    for (let i = 0; i < node.length; i++) {
      for (const part of smaller(node[i])) yield node.map((old, at) => (at === i ? part : old));
    }
    return;
  }
  if (node.optional !== undefined) {
    yield '';
    for (const part of smaller(node.optional)) yield optional(part);
    return;
  }
  if (node.either !== undefined) {
    yield node.either[1];
    for (const part of smaller(node.either[0])) yield either(part, node.either[1]);
    return;
  }
  const [before, inner, after] = node.around;
  yield inner;
  for (const part of smaller(before)) yield around(part, inner, after);
  for (const part of smaller(inner)) yield around(before, part, after);
  for (const part of smaller(after)) yield around(before, inner, part);
}

/** The smallest tree found for which `stillFails` (async, given the tree) holds; asks at most `tries` times. */
export async function shrink(node, stillFails, tries = 150) {
  let current = node;
  for (let left = tries; left > 0; ) {
    let better = null;
    for (const candidate of smaller(current)) {
      if (left-- <= 0) break;
      if (await stillFails(candidate)) {
        better = candidate;
        break;
      }
    }
    if (better === null) return current;
    current = better;
  }
  return current;
}
