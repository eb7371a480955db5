/** Finds the message in a JSON line: the rest of it says little about what kind of line it is. */

/** A piece of a line, by its bytes. Filled in place: there is one for each line that comes in. */
export interface Span {
  start: number;
  end: number;
}

/** Fields whose text is the message of a JSON line. Source: Loki's default list. */
const names = ['log', 'message', 'msg', 'msg_', '_msg', 'content', 'event'].map((name) => Buffer.from(name));
const byFirstByte: (Uint8Array[] | undefined)[] = [];
for (const name of names) byFirstByte[name[0] as number] = names.filter((other) => other[0] === name[0]);

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Narrows `span` from a JSON line to its first message, escapes as they are; any other line stays whole. */
export function narrowToMessage(line: Uint8Array, span: Span): void {
  const { start, end } = span;
  if (line[start] !== 0x7b) return;
  for (let at = start + 1; at < end; at++) {
    if (line[at] !== QUOTE) continue;
    const candidates = byFirstByte[line[at + 1] as number];
    if (candidates === undefined) continue;
    for (const name of candidates) {
      const from = valueStart(line, at + 1, end, name);
      const through = from < 0 ? -1 : stringEnd(line, from, end);
      if (through < 0) continue;
      span.start = from;
      span.end = through;
      return;
    }
  }
}

/** Where the text of the field's string begins; -1 when this is no such field. */
function valueStart(line: Uint8Array, nameStart: number, end: number, name: Uint8Array): number {
  let at = nameStart;
  for (let i = 0; i < name.length; i++, at++) if (line[at] !== name[i]) return -1;
  if (line[at] !== QUOTE) return -1;
  at = blanksEnd(line, at + 1, end);
  if (line[at] !== 0x3a) return -1;
  at = blanksEnd(line, at + 1, end);
  return at < end && line[at] === QUOTE ? at + 1 : -1;
}

function blanksEnd(line: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && (line[at] === 0x20 || line[at] === 0x09)) at++;
  return at;
}

function stringEnd(line: Uint8Array, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    if (line[at] === QUOTE) return at;
    if (line[at] === BACKSLASH) at++;
  }
  return -1;
}
