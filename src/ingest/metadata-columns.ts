/** Structured metadata from as it was sent to as it is kept: names sanitised, values valid, empty ones left out. */
import { isUtf8 } from 'node:buffer';
import type { Dictionary, MetadataColumn } from '../model/columns.js';
import { sanitizeLabelName } from './label-name.js';
import { BytesDictionary } from './push/bytes-dictionary.js';
import { textOf } from './push/utf8.js';

/** Sorted by name. Throws ApiError for a name of which nothing is left. */
export function cleanMetadata(columns: readonly MetadataColumn[], rows: number): MetadataColumn[] {
  const plain: MetadataColumn[] = [];
  const renamed: MetadataColumn[] = [];
  for (const column of columns) {
    if (!column.ids.some((id) => id !== 0)) continue;
    const name = sanitizeLabelName(column.name);
    (name === column.name ? plain : renamed).push(cleanValues(name === column.name ? column : { ...column, name }));
  }
  // Of columns that come to have one name the later counts, and a renamed one before one that had the name.
  const byName = new Map<string, MetadataColumn>();
  for (const column of [...plain, ...renamed]) {
    const other = byName.get(column.name);
    byName.set(column.name, other ? overlaid(other, column, rows) : column);
  }
  return [...byName.values()]
    .filter(({ ids }) => ids.some((id) => id !== 0))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function cleanValues(column: MetadataColumn): MetadataColumn {
  const { dictionary } = column;
  if (isClean(dictionary)) return column;
  const clean = new BytesDictionary();
  // A value's new id + 1, or 0 when it is left out.
  const ids = new Uint32Array(dictionary.length);
  for (let i = 0; i < dictionary.length; i++) {
    const bytes = Buffer.from(textOf(dictionary.bytes(i), () => ' ').replaceAll('\ufffd', ' '));
    if (bytes.length > 0) ids[i] = clean.idOf(bytes, 0, bytes.length) + 1;
  }
  return {
    name: column.name,
    dictionary: clean,
    ids: column.ids.map((id) => (id === 0 ? 0 : (ids[id - 1] as number))),
  };
}

/** U+FFFD, which stands for what was no UTF-8 before it came here. */
const replacement = Buffer.from('\ufffd');

function isClean(dictionary: Dictionary): boolean {
  if (dictionary instanceof BytesDictionary) return !dictionary.hasEmpty && isCleanText(dictionary.arena);
  for (let i = 0; i < dictionary.length; i++) {
    const bytes = dictionary.bytes(i);
    if (bytes.length === 0 || !isCleanText(bytes)) return false;
  }
  return true;
}

const isCleanText = (bytes: Uint8Array): boolean =>
  isUtf8(bytes) && !Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(replacement);

function overlaid(under: MetadataColumn, over: MetadataColumn, rows: number): MetadataColumn {
  const dictionary = new BytesDictionary();
  const ids = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) {
    const column = over.ids[row] !== 0 ? over : under;
    const id = column.ids[row] as number;
    if (id === 0) continue;
    const bytes = column.dictionary.bytes(id - 1);
    ids[row] = dictionary.idOf(bytes, 0, bytes.length) + 1;
  }
  return { name: under.name, dictionary, ids };
}

/** What metadata weighs in each row: bytes of names and values, and how many pairs. `detected_level` weighs nothing. */
export interface MetadataWeight {
  readonly bytes: Float64Array;
  readonly pairs: Uint32Array;
}

export function weighMetadata(columns: readonly MetadataColumn[], rows: number): MetadataWeight {
  const bytes = new Float64Array(rows);
  const pairs = new Uint32Array(rows);
  for (const { name, dictionary, ids } of columns) {
    const isFree = name === 'detected_level';
    const nameBytes = Buffer.byteLength(name);
    const sizes = new Float64Array(dictionary.length);
    for (let i = 0; i < sizes.length; i++) sizes[i] = nameBytes + byteLength(dictionary, i);
    for (let row = 0; row < rows; row++) {
      const id = ids[row] as number;
      if (id === 0) continue;
      pairs[row] = (pairs[row] as number) + 1;
      if (!isFree) bytes[row] = (bytes[row] as number) + (sizes[id - 1] as number);
    }
  }
  return { bytes, pairs };
}

const byteLength = (dictionary: Dictionary, id: number): number =>
  dictionary instanceof BytesDictionary ? dictionary.byteLength(id) : dictionary.bytes(id).length;
