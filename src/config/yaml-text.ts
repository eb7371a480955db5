/** Plain values as YAML that reads back as the same values: blocks for what has parts, quotes where a text needs them. */
import type { Plain } from './raw.js';

export function yamlText(value: Plain): string {
  return isBranch(value) ? branch(value, '') : `${leaf(value)}\n`;
}

type Branch = readonly Plain[] | { readonly [key: string]: Plain };

const isBranch = (value: Plain): value is Branch =>
  typeof value === 'object' &&
  value !== null &&
  (Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0);

function branch(value: Branch, indent: string): string {
  if (Array.isArray(value)) {
    return value
      .map(
        (item: Plain) => `${indent}- ${isBranch(item) ? branch(item, `${indent}  `).trimStart() : `${leaf(item)}\n`}`,
      )
      .join('');
  }
  return Object.entries(value)
    .map(
      ([key, item]) =>
        `${indent}${word(key)}:${isBranch(item) ? `\n${branch(item, `${indent}  `)}` : ` ${leaf(item)}\n`}`,
    )
    .join('');
}

function leaf(value: Plain): string {
  if (typeof value === 'string') return word(value);
  if (typeof value === 'object') return value === null ? 'null' : Array.isArray(value) ? '[]' : '{}';
  return String(value);
}

/** Texts that no YAML reader takes for anything else, without a colon, a hash or white space at a place where it counts. */
const safe = /^[A-Za-z_/.][\w ./@+()-]*(?::[\w./@+()-]+)*$/;
const reserved = /^(?:y|n|yes|no|true|false|on|off|null|~|\.(?:inf|nan)|[.\d].*)$/i;
const measure = /^-?\d+(?:\.\d+)?[A-Za-zµ][\w.µ]*$/;

function word(text: string): string {
  if (measure.test(text) && !/^0[xob]|^\d+e\d/i.test(text)) return text;
  return safe.test(text) && !reserved.test(text) && !/ $/.test(text) ? text : JSON.stringify(text);
}
