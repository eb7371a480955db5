/** A document against the table of options and the keys that Loki knows: what it sets, what it sets in vain, what is wrong. */
import { checkKnown, type KnownBlock, type LazyBlock } from './known-keys.js';
import { movedKeys } from './moved-keys.js';
import { nearest } from './nearest.js';
import { Option, optionAt, type Section, ValueError } from './option.js';
import type { Ignored } from './options.js';
import { describe, nodeAt, type Raw } from './raw.js';
import type { Problem } from './read-yaml.js';
import { insteadOf } from './replacements.js';

export interface Checked {
  /** By dotted key, in the order of the document. */
  readonly values: Map<string, unknown>;
  /** Line of each of these. */
  readonly lines: Map<string, number>;
  /** One for each key, or for the whole block when nothing in it has an effect. */
  readonly ignored: readonly Ignored[];
  readonly problems: readonly Problem[];
}

/** `prefix` is the dotted key of the document's top, with a dot at its end, or ''. */
export async function check(raw: Raw, section: Section, known: LazyBlock, prefix = ''): Promise<Checked> {
  const checker = new Checker();
  checker.block(raw, prefix, section, known());
  await checker.structures();
  checker.moved(section);
  return checker;
}

class Checker implements Checked {
  readonly values = new Map<string, unknown>();
  readonly lines = new Map<string, number>();
  readonly ignored: Ignored[] = [];
  readonly problems: Problem[] = [];
  readonly #moved: (readonly [to: string, value: Raw])[] = [];
  readonly #structures: (readonly [key: string, option: Option<unknown>, raw: Raw])[] = [];

  /** A block of which parts may have an effect. `section` null: none has, and that was said already. */
  block(raw: Raw, prefix: string, section: Section | null, known: KnownBlock): void {
    if (raw.kind === 'scalar' && raw.text === null) return;
    const type = prefix === '' ? 'config' : prefix.slice(0, -1);
    if (raw.kind !== 'map') {
      this.problems.push({ line: raw.line, message: `cannot unmarshal ${describe(raw)} into ${type}` });
      return;
    }
    const seen = new Set<string>();
    for (const { key, line, value } of raw.entries) {
      if (seen.has(key)) this.problems.push({ line, message: `field ${key} already set in type ${type}` });
      seen.add(key);
      const option = section !== null && Object.hasOwn(section, key) ? section[key] : undefined;
      const type_ = known.get(key);
      if (option instanceof Option) this.#option(prefix + key, option, line, value);
      else if (option !== undefined)
        this.block(value, `${prefix}${key}.`, option, typeof type_ === 'function' ? type_() : new Map());
      else if (type_ !== undefined) this.#inVain(prefix + key, line, value, type_, section !== null);
      else this.#unknown(key, line, type, [...Object.keys(section ?? {}), ...known.keys()]);
    }
  }

  #option(key: string, option: Option<unknown>, line: number, value: Raw): void {
    if (value.kind === 'scalar' && value.text === null) return;
    if (option.kind.structure !== undefined) this.#structures.push([key, option, value]);
    else this.#attempt(key, value, () => this.values.set(key, option.kind.parse(value)));
    this.lines.set(key, line);
  }

  #inVain(key: string, line: number, value: Raw, type: NonNullable<ReturnType<KnownBlock['get']>>, say: boolean): void {
    const to = movedKeys[key];
    if (to !== undefined) this.#moved.push([to, value]);
    if (say) this.ignored.push({ key, line, why: to === undefined ? insteadOf(key) : `it is read as ${to}` });
    if (typeof type === 'function') this.block(value, `${key}.`, null, type());
    else if (value.kind !== 'scalar' || value.text !== null) this.#attempt(key, value, () => checkKnown(type, value));
  }

  #unknown(key: string, line: number, type: string, candidates: readonly string[]): void {
    const near = nearest(key, candidates);
    const hint = near === null ? '' : `, did you mean ${near}?`;
    this.problems.push({ line, message: `field ${key} not found in type ${type}${hint}` });
  }

  #attempt(key: string, value: Raw, work: () => unknown): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      this.problems.push({ line: value.line, message: `${key}: ${error.message}` });
    }
  }

  /** What has parts is checked last, for its schemas are loaded only when needed. */
  async structures(): Promise<void> {
    if (this.#structures.length === 0) return;
    const { structures } = await import('./structures.js');
    for (const [key, option, raw] of this.#structures) {
      const name = option.kind.structure as keyof typeof structures;
      const result = structures[name].safeParse(option.kind.parse(raw));
      if (result.success) {
        this.values.set(key, result.data);
        continue;
      }
      for (const { path, message } of result.error.issues) {
        const at = [key, ...path].join('.');
        const text = message.charAt(0).toLowerCase() + message.slice(1);
        this.problems.push({ line: nodeAt(raw, path).line, message: `${at}: ${text}` });
      }
    }
  }

  /** What stands at an older place goes to the newer one, unless that is taken. */
  moved(section: Section): void {
    for (const [to, raw] of this.#moved) {
      const option = optionAt(section, to);
      if (this.values.has(to) || option === null || (raw.kind === 'scalar' && (raw.text ?? '') === '')) continue;
      this.#attempt(to, raw, () => {
        const value = option.kind.parse(raw);
        if (value !== 0) this.values.set(to, value);
      });
    }
  }
}
