/** The current row, as templates see it. */
import type { TemplateData } from '../../../template/template.js';
import type { Row } from '../row.js';

/** Labels are gathered when a template first asks for them, and stay as they were until `reset`. */
export class RowTemplateData implements TemplateData {
  #row: Row | null = null;
  #labels: ReadonlyMap<string, string> | null = null;

  reset(row: Row): void {
    this.#row = row;
    this.#labels = null;
  }

  /** Labels as of now, for all that is rendered before the next reset. */
  gather(): void {
    // An empty map is gathered anew, as in Loki.
    if (this.#labels === null || this.#labels.size === 0) this.#labels = (this.#row as Row).labels.toMap();
  }

  get(label: string): string | undefined {
    return this.#labels?.get(label);
  }

  entries(): Iterable<readonly [string, string]> {
    return this.#labels ?? [];
  }

  line(): string {
    return (this.#row as Row).text;
  }

  timestampNs(): bigint {
    return (this.#row as Row).timestampNs;
  }
}
