/** The labels of pushed streams, parsed, completed and checked once for each text. */
import { type DiscardReason, discardText } from '../limits/discard.js';
import type { Limits } from '../limits/limits.js';
import { type LabelPair, Labels } from '../model/labels.js';
import { LabelsTextError, parseLabelsText } from '../model/labels-text.js';
import { discoverServiceName, isInternal, LevelDiscovery, SERVICE_NAME } from './discover.js';
import { badPush } from './push/push-error.js';

export interface StreamLabels {
  /** Names are unique unless `refusal` says otherwise. */
  readonly labels: Labels;
  /** Why streams with these labels are not taken; null when they are. */
  readonly refusal: { readonly reason: DiscardReason; readonly message: string } | null;
  /** `detected_level` of all entries; undefined when each entry must be asked. */
  readonly level: string | undefined;
}

/** Remembers what became of a text, as long as its tenant's limits stay the same. Bounded: the oldest go first. */
export class StreamLabelsCache {
  readonly #textsMax: number;
  readonly #byLimits = new WeakMap<Limits, LabelReader>();

  constructor(textsMax = 20_000) {
    this.#textsMax = textsMax;
  }

  for(limits: Limits): LabelReader {
    let reader = this.#byLimits.get(limits);
    if (reader === undefined) {
      reader = new LabelReader(limits, this.#textsMax);
      this.#byLimits.set(limits, reader);
    }
    return reader;
  }
}

/** Names are few; should they be many, not all need be known. */
const namesMax = 1000;

export class LabelReader {
  readonly levels: LevelDiscovery;
  readonly #limits: Limits;
  readonly #textsMax: number;
  readonly #known = new Map<string, StreamLabels>();
  readonly #names = new Map<string, string>();

  constructor(limits: Limits, textsMax: number) {
    this.#limits = limits;
    this.#textsMax = textsMax;
    this.levels = new LevelDiscovery(limits);
  }

  /** Throws ApiError when the text does not parse. `discover`: whether `service_name` may be added. */
  read(text: string, discover: boolean): StreamLabels {
    const key = discover ? text : `=${text}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const pairs = parse(text);
    if (discover) discoverServiceName(pairs, this.#limits.discover_service_name);
    const labels = new Labels(pairs.map(([name, value]) => [this.#sameName(name), value] as const));
    const read = {
      labels,
      refusal: refusalOf(pairs, labels.text, this.#limits),
      level: this.levels.levelOfLabels(pairs),
    };
    if (this.#known.size >= this.#textsMax) this.#forgetOldest();
    this.#known.set(key, read);
    return read;
  }

  /** Of equal names one string is kept, not one for each stream. */
  #sameName(name: string): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    if (this.#names.size < namesMax) this.#names.set(name, name);
    return name;
  }

  #forgetOldest(): void {
    let n = this.#textsMax >> 3;
    for (const key of this.#known.keys()) {
      if (n-- < 0) return;
      this.#known.delete(key);
    }
  }
}

function parse(text: string): LabelPair[] {
  try {
    return parseLabelsText(text);
  } catch (e) {
    if (e instanceof LabelsTextError) throw badPush(`couldn't parse labels: ${e.message}`);
    throw e;
  }
}

function refusalOf(pairs: readonly LabelPair[], stream: string, limits: Limits): StreamLabels['refusal'] {
  const refuse = <R extends DiscardReason>(reason: R, details: Parameters<(typeof discardText)[R]>[0]) => ({
    reason,
    message: (discardText[reason] as (d: typeof details) => string)(details),
  });
  if (pairs.length === 0) return refuse('missing_labels', undefined);
  if (isInternal(pairs)) return null;
  const count = pairs.length - (pairs.some(([name]) => name === SERVICE_NAME) ? 1 : 0);
  const limit = limits.max_label_names_per_series;
  if (count > limit) return refuse('max_label_names_per_series', { stream, count, limit });
  let previous = '';
  for (const [name, value] of pairs) {
    if (Buffer.byteLength(name) > limits.max_label_name_length) return refuse('label_name_too_long', { stream, name });
    if (Buffer.byteLength(value) > limits.max_label_value_length)
      return refuse('label_value_too_long', { stream, value });
    if (name === previous) return refuse('duplicate_label_names', { stream, name });
    previous = name;
  }
  return null;
}
