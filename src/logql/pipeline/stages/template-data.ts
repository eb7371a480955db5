/** The current row, as templates see it. */
import type { TemplateData } from '../../../template/template.js';
import type { Row } from '../row.js';

/** The row as it is whenever a template asks: for stages with one template, which changes no label while it runs. */
export class RowTemplateData implements TemplateData {
  protected row: Row | null = null;

  reset(row: Row): void {
    this.row = row;
  }

  get(label: string): string | undefined {
    return (this.row as Row).labels.seen(label);
  }

  entries(): Iterable<readonly [string, string]> {
    return (this.row as Row).labels.toMap();
  }

  line(): string {
    return (this.row as Row).text;
  }

  timestampNs(): bigint {
    return (this.row as Row).timestampNs;
  }
}

/** For several templates, which see the labels as they were when the first of them asked. */
export class GatheredTemplateData extends RowTemplateData {
  /** The labels that the templates read; null: they may read any. */
  readonly #names: readonly string[] | null;
  #labels: ReadonlyMap<string, string> = new Map();

  constructor(names: readonly string[] | null) {
    super();
    this.#names = names;
  }

  override reset(row: Row): void {
    super.reset(row);
    this.#labels = new Map();
  }

  /** To be called before each of them. */
  gather(): void {
    // Nothing at all is gathered anew, as in Loki.
    if (this.#labels.size === 0) this.#labels = this.#read() ?? (this.row as Row).labels.toMap();
  }

  /** Null when none of the names is there. */
  #read(): ReadonlyMap<string, string> | null {
    if (this.#names === null) return null;
    const found = new Map<string, string>();
    for (const name of this.#names) {
      const value = super.get(name);
      if (value !== undefined) found.set(name, value);
    }
    return found.size === 0 ? null : found;
  }

  override get(label: string): string | undefined {
    return this.#labels.get(label);
  }

  override entries(): Iterable<readonly [string, string]> {
    return this.#labels;
  }
}
