/**
 * The labels of one row on its way through the stages, in Loki's layers: the stream's labels, above them structured
 * metadata, above them what was parsed. A later layer hides an earlier one.
 *
 * Each name of a query has one LabelSlot, whose fields say what the *current* row has under that name: a field ending
 * in `At` holds when it equals the builder's row number. So a new row costs one increment and no clearing.
 * Values stay ranges of bytes until somebody asks for the text.
 */
import type { Dictionary } from '../../model/columns.js';
import { Labels } from '../../model/labels.js';
import { duplicateSuffix, errorDetailsLabel, errorLabel, preserveErrorLabel } from './label-names.js';
import { spacedTextOf, TextCache, textOf } from './text.js';
import { unescapeJson } from './unescape-json.js';

/** How the bytes of a parsed value become its text. */
export type ValueForm =
  /** The bytes as they are. */
  | 0
  /** As they are, with spaces for what is not UTF-8. */
  | 1
  /** The inside of a JSON string with escapes; '' when an escape is bad. */
  | 2;
export const rawForm: ValueForm = 0;
export const spacedForm: ValueForm = 1;
export const jsonForm: ValueForm = 2;

export class LabelSlot {
  readonly name: string;
  /** Counts from 0 in the order of creation: a short name for caches. */
  readonly id: number;
  /** The stream's value, '' when it has none. */
  base = '';
  /** Do the hints ask for it? True for every name when nothing is required. */
  wanted = true;
  required = false;
  /** A label filter of the pipeline for this name: a row that fails it need not be parsed on. */
  filter: (() => boolean) | null = null;

  parsedAt = 0;
  metadataAt = 0;
  deletedAt = 0;
  /** Was it ever set as parsed in this row? Later parsers then leave it alone, even when it was dropped. */
  extractedAt = 0;
  listedAt = 0;
  metadataListedAt = 0;

  text: string | null = null;
  bytes: Buffer = noBytes;
  from = 0;
  to = 0;
  form: ValueForm = rawForm;
  metadataDictionary: Dictionary = noDictionary;
  metadataId = 0;

  duplicateSlot: LabelSlot | null = null;

  /** Is it worth while to look for its texts among those that were there before? Judged by how many were. */
  recurs = true;
  lookups = 0;
  misses = 0;

  constructor(name: string, id: number) {
    this.name = name;
    this.id = id;
  }
}

const noBytes = Buffer.alloc(0);
const noDictionary: Dictionary = {
  length: 0,
  get: () => '',
  bytes: () => noBytes,
};

const lookupsSeen = 512;
const missesMax = 0.75;

/** Names that lines bring in; beyond it they are forgotten between two batches. */
const slotsMax = 8192;

export interface SlotHints {
  /** Empty: every label may be needed. */
  readonly required: ReadonlySet<string>;
  readonly filters: ReadonlyMap<string, () => boolean>;
}

export class LabelsBuilder {
  /** The number of the current row, from 1. */
  row = 0;
  error = '';
  errorDetails = '';
  stream: Labels = Labels.empty;
  /** Says to those who keep slots of lines' names (key caches) that these are forgotten. */
  generation = 0;
  readonly texts = new TextCache();

  readonly #slots = new Map<string, LabelSlot>();
  /** Slots with smaller ids are held by stages and stay; -1 while stages are still being compiled. */
  #pinned = -1;
  #nextId = 0;
  #hints: SlotHints = { required: new Set(), filters: new Map() };
  #requiredFound = 0;
  /** -1 when nothing in particular is required. */
  #requiredCount = -1;

  /** The last row with a key that would not become what its label's name says, were the name taken: see Key.isOdd. */
  oddRow = 0;
  parsedCount = 0;
  metadataCount = 0;
  /** The slots set in this row; one counts only when its `At` still says so. */
  readonly parsed: LabelSlot[] = [];
  parsedLength = 0;
  readonly metadata: LabelSlot[] = [];
  metadataLength = 0;
  readonly deleted: LabelSlot[] = [];
  deletedLength = 0;

  slot(name: string): LabelSlot {
    const known = this.#slots.get(name);
    if (known !== undefined) return known;
    const slot = new LabelSlot(name, this.#nextId++);
    slot.base = this.stream.get(name);
    this.#applyHints(slot);
    this.#slots.set(name, slot);
    return slot;
  }

  duplicateOf(slot: LabelSlot): LabelSlot {
    slot.duplicateSlot ??= this.slot(slot.name + duplicateSuffix);
    return slot.duplicateSlot;
  }

  setHints(hints: SlotHints): void {
    this.#hints = hints;
    this.#requiredCount = hints.required.size > 0 ? hints.required.size : -1;
    for (const name of hints.required) this.slot(name);
    for (const slot of this.#slots.values()) this.#applyHints(slot);
  }

  #applyHints(slot: LabelSlot): void {
    const { required, filters } = this.#hints;
    slot.required = required.has(slot.name);
    slot.wanted = required.size === 0 || slot.required;
    slot.filter = filters.get(slot.name) ?? null;
  }

  /** Every row after it belongs to this stream. Slots that stages hold since they were compiled stay valid. */
  bind(stream: Labels): void {
    if (this.#pinned < 0) this.#pinned = this.#nextId;
    if (this.#slots.size > slotsMax) this.#forget();
    if (this.stream === stream) return;
    this.stream = stream;
    for (const slot of this.#slots.values()) slot.base = stream.get(slot.name);
  }

  /** To be called between two batches, that names of lines do not pile up. */
  forgetMany(): void {
    if (this.#slots.size > slotsMax) this.#forget();
  }

  #forget(): void {
    for (const [name, slot] of this.#slots) {
      if (slot.id >= this.#pinned) this.#slots.delete(name);
      else if (slot.duplicateSlot !== null && slot.duplicateSlot.id >= this.#pinned) slot.duplicateSlot = null;
    }
    this.generation++;
  }

  startRow(): void {
    this.row++;
    this.error = '';
    this.errorDetails = '';
    this.parsedCount = 0;
    this.metadataCount = 0;
    this.parsedLength = 0;
    this.metadataLength = 0;
    this.deletedLength = 0;
    this.#requiredFound = 0;
  }

  // ---- hints ----

  /** Everything that the query needs of the lines is there. */
  get allRequiredExtracted(): boolean {
    return this.#requiredFound === this.#requiredCount;
  }

  hasRequiredPrefix(prefix: string): boolean {
    const { required } = this.#hints;
    if (required.size === 0) return true;
    for (const name of required) if (name.startsWith(prefix)) return true;
    return false;
  }

  /** The slot under which a parser sets a label of this name in this row. */
  resolve(slot: LabelSlot): LabelSlot {
    return slot.base !== '' || slot.metadataAt === this.row ? this.duplicateOf(slot) : slot;
  }

  isMissing(slot: LabelSlot): boolean {
    return slot.wanted && slot.extractedAt !== this.row;
  }

  // ---- setting ----

  setMetadata(slot: LabelSlot, dictionary: Dictionary, id: number): void {
    if (slot.metadataAt !== this.row) {
      slot.metadataAt = this.row;
      this.metadataCount++;
      if (slot.metadataListedAt !== this.row) {
        slot.metadataListedAt = this.row;
        this.metadata[this.metadataLength++] = slot;
      }
    }
    slot.metadataDictionary = dictionary;
    slot.metadataId = id;
  }

  setParsed(slot: LabelSlot, text: string): void {
    this.#claim(slot);
    slot.text = text;
  }

  /** The bytes must stay as they are until the row is done. */
  setParsedBytes(slot: LabelSlot, bytes: Buffer, from: number, to: number, form: ValueForm): void {
    this.#claim(slot);
    slot.text = null;
    slot.bytes = bytes;
    slot.from = from;
    slot.to = to;
    slot.form = form;
  }

  #claim(slot: LabelSlot): void {
    const { row } = this;
    if (slot.parsedAt === row) return;
    if (slot.metadataAt === row) {
      slot.metadataAt = 0;
      this.metadataCount--;
    }
    slot.parsedAt = row;
    this.parsedCount++;
    if (slot.listedAt !== row) {
      slot.listedAt = row;
      this.parsed[this.parsedLength++] = slot;
    }
    if (slot.extractedAt !== row) {
      slot.extractedAt = row;
      if (slot.required) this.#requiredFound++;
    }
  }

  delete(slot: LabelSlot): void {
    const { row } = this;
    if (slot.parsedAt === row) {
      slot.parsedAt = 0;
      this.parsedCount--;
    }
    if (slot.metadataAt === row) {
      slot.metadataAt = 0;
      this.metadataCount--;
    }
    if (slot.deletedAt !== row) {
      slot.deletedAt = row;
      this.deleted[this.deletedLength++] = slot;
    }
  }

  /** A parser failed. The first stage to fail is not protected: the last one's error stays. */
  setParserError(error: string, details: string | null): void {
    this.error = error;
    if (details !== null) this.errorDetails = details;
    if (this.#hints.required.has(errorLabel)) this.setParsed(this.slot(preserveErrorLabel), 'true');
  }

  // ---- reading ----

  /** Undefined when the row has no such label; '' when it has one that is empty. */
  get(slot: LabelSlot): string | undefined {
    const { row } = this;
    if (slot.parsedAt === row) return this.parsedText(slot);
    if (slot.metadataAt === row) return slot.metadataDictionary.get(slot.metadataId);
    if (slot.deletedAt === row || slot.base === '') return undefined;
    return slot.base;
  }

  has(slot: LabelSlot): boolean {
    const { row } = this;
    return slot.parsedAt === row || slot.metadataAt === row || (slot.base !== '' && slot.deletedAt !== row);
  }

  parsedText(slot: LabelSlot): string {
    if (slot.text === null) {
      const { bytes, from, to } = slot;
      if (slot.form === jsonForm) slot.text = unescapeJson(bytes, from, to);
      else {
        const known = slot.recurs ? this.#cachedText(slot) : null;
        slot.text = known ?? (slot.form === spacedForm ? spacedTextOf(bytes, from, to) : textOf(bytes, from, to));
      }
    }
    return slot.text;
  }

  /** Looked for among the texts that were there before, as long as some of the slot's are. */
  #cachedText(slot: LabelSlot): string | null {
    const { texts } = this;
    const { misses } = texts;
    const text = texts.get(slot.bytes, slot.from, slot.to);
    slot.misses += text === null ? 1 : texts.misses - misses;
    if (++slot.lookups === lookupsSeen) {
      slot.recurs = slot.misses < lookupsSeen * missesMax;
      slot.lookups = 0;
      slot.misses = 0;
    }
    return text;
  }

  /** Nothing but the stream's labels; an error detail alone does not count, as in Loki. */
  get isUnchanged(): boolean {
    return this.deletedLength === 0 && this.parsedCount === 0 && this.metadataCount === 0 && this.error === '';
  }

  /** Calls back with the slot of each label of the row, in no order. The label may be deleted. */
  forEachSlot(visit: (slot: LabelSlot) => void): void {
    const { row } = this;
    for (const [name] of this.stream.pairs) {
      const slot = this.slot(name);
      if (slot.deletedAt !== row && slot.parsedAt !== row && slot.metadataAt !== row) visit(slot);
    }
    for (let i = 0; i < this.metadataLength; i++) {
      const slot = this.metadata[i] as LabelSlot;
      if (slot.metadataAt === row) visit(slot);
    }
    for (let i = 0; i < this.parsedLength; i++) {
      const slot = this.parsed[i] as LabelSlot;
      if (slot.parsedAt === row) visit(slot);
    }
  }

  /** Calls back with each label of the row, in no order. */
  forEach(visit: (name: string, value: string) => void): void {
    const { row } = this;
    for (const [name, value] of this.stream.pairs) {
      const slot = this.#slots.get(name);
      if (slot === undefined || (slot.deletedAt !== row && slot.parsedAt !== row && slot.metadataAt !== row))
        visit(name, value);
    }
    for (let i = 0; i < this.metadataLength; i++) {
      const slot = this.metadata[i] as LabelSlot;
      if (slot.metadataAt === row) visit(slot.name, slot.metadataDictionary.get(slot.metadataId));
    }
    for (let i = 0; i < this.parsedLength; i++) {
      const slot = this.parsed[i] as LabelSlot;
      if (slot.parsedAt === row) visit(slot.name, this.parsedText(slot));
    }
  }

  /** As forEach, with the error and its details under their names. */
  forEachWithErrors(visit: (name: string, value: string) => void): void {
    this.forEach(visit);
    if (this.error !== '') visit(errorLabel, this.error);
    if (this.errorDetails !== '') visit(errorDetailsLabel, this.errorDetails);
  }

  /** `toMap().get(name)` */
  seen(name: string): string | undefined {
    if (!this.isUnchanged) {
      if (name === errorLabel && this.error !== '') return this.error;
      if (name === errorDetailsLabel && this.errorDetails !== '') return this.errorDetails;
    }
    const slot = this.#slots.get(name);
    if (slot !== undefined) return this.get(slot);
    const base = this.stream.get(name);
    return base === '' ? undefined : base;
  }

  /** What a template sees as its dot: without any change, the stream's labels alone. */
  toMap(): Map<string, string> {
    const map = new Map<string, string>();
    if (this.isUnchanged) for (const [name, value] of this.stream.pairs) map.set(name, value);
    else this.forEachWithErrors((name, value) => map.set(name, value));
    return map;
  }
}
