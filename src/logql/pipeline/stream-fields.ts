/**
 * Whether and how a stream's blocks are read by their field columns: block by block, as each has other columns. There are
 * two ways. Rows that fail a label filter by a column are left out before anything else is read (always possible, and
 * all that a log query can use: it shows every label of a row). And where a range aggregation needs only labels that
 * are columns, these take the parser's place, and lines are not read at all.
 */
import type { ColumnNeeds } from '../../model/column-needs.js';
import type { EntryBatch } from '../../model/entry-batch.js';
import type { FieldColumns } from '../../model/field-columns.js';
import type { Labels } from '../../model/labels.js';
import { type FieldPlan, namesOf } from './field-plan.js';
import { serves } from './field-stage.js';
import { type FieldVerdict, fieldVerdict } from './field-verdict.js';
import { errorLabel, isSpecialLabel } from './label-names.js';

/** What a range aggregation asks of columns that are to take the parser's place. */
export interface ReplacedParser {
  /** The labels that it needs. */
  readonly names: readonly string[];
  /** Needed of a block in which every line can be taken from columns. */
  readonly lines: ColumnNeeds['lines'];
  /** Needed of a block in which no row can get an error. */
  readonly metadataOfPlain: ColumnNeeds['metadata'];
  /** Only where filters set no error: else their order shows. */
  readonly needsExact: boolean;
}

export interface FieldUse {
  readonly plan: FieldPlan;
  /** What is needed of a block without columns. */
  readonly needs: ColumnNeeds;
  readonly replaced: ReplacedParser | null;
}

/** What was found out about a block. */
export interface BlockFields {
  readonly fields: FieldColumns;
  readonly verdict: FieldVerdict;
  /** The columns take the parser's place. */
  readonly replacesParser: boolean;
}

/** Null when no column could be of use. */
export function fieldUse(
  plan: FieldPlan | null,
  needs: ColumnNeeds,
  replaced: ReplacedParser | null,
): { readonly use: FieldUse; readonly names: readonly string[] } | null {
  if (plan === null) return null;
  const names = new Set(plan.tests.flatMap(namesOf));
  for (const name of replaced?.names ?? []) if (!isSpecialLabel(name)) names.add(name);
  return names.size === 0 && replaced === null ? null : { use: { plan, needs, replaced }, names: [...names] };
}

export class StreamFields {
  readonly needs: ColumnNeeds;
  readonly #use: FieldUse;
  readonly #stream: Labels;
  /** Of the block that was read last: it is asked for again for each run of rows. */
  #last: BlockFields | null = null;

  constructor({ use, names }: { readonly use: FieldUse; readonly names: readonly string[] }, stream: Labels) {
    this.#use = use;
    this.#stream = stream;
    const rest = (fields: FieldColumns, metadataNames: readonly string[]) => this.#rest(fields, metadataNames);
    this.needs = { ...use.needs, fields: { format: use.plan.format, names, rest } };
  }

  /** Null when the batch has no columns that are of use. */
  of({ fields, metadata }: EntryBatch): BlockFields | null {
    if (fields === undefined) return null;
    return this.#judge(
      fields,
      metadata.map(({ name }) => name),
    );
  }

  #judge(fields: FieldColumns, metadataNames: readonly string[]): BlockFields {
    if (this.#last?.fields === fields) return this.#last;
    const { plan, replaced } = this.#use;
    const isTaken = (name: string): boolean => this.#stream.has(name) || metadataNames.includes(name);
    const verdict = fieldVerdict(plan, fields, isTaken);
    const replacesParser =
      replaced !== null && (verdict.isExact || !replaced.needsExact) && serves(fields, replaced.names);
    this.#last = { fields, verdict, replacesParser };
    return this.#last;
  }

  #rest(fields: FieldColumns, metadataNames: readonly string[]): Pick<ColumnNeeds, 'lines' | 'metadata'> | null {
    const { needs, replaced } = this.#use;
    const { verdict, replacesParser } = this.#judge(fields, metadataNames);
    if (verdict.candidates === 0) return { lines: 'none', metadata: [] };
    if (replaced !== null && replacesParser) {
      return {
        lines: verdict.hasOdd ? needs.lines : replaced.lines,
        metadata:
          fields.states === null && !metadataNames.includes(errorLabel) ? replaced.metadataOfPlain : needs.metadata,
      };
    }
    return verdict.marks === null ? null : needs;
  }
}

/** Of rows[0..count) those that may pass, into `into`, which may be the same array. Returns how many. */
export function candidatesOf({ marks }: FieldVerdict, rows: Uint32Array, count: number, into: Uint32Array): number {
  let kept = 0;
  for (let k = 0; k < count; k++) {
    const row = rows[k] as number;
    if (marks !== null && marks[row] === 0) continue;
    into[kept++] = row;
  }
  return kept;
}
