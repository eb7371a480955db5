/** A worker's work without the thread: takes messages, gives an answer to each task. */
import type { BlockOpener } from '../../chunks/block-opener.js';
import { ApiError, invariant } from '../../errors.js';
import { compilePipeline, compileSamplePipeline } from '../../logql/pipeline/pipeline.js';
import { planWindows } from '../../logql/range-aggregation/windows.js';
import { parseExpr } from '../../logql/syntax/parser.js';
import { DamageError } from '../../model/block-source.js';
import { Labels } from '../../model/labels.js';
import { columnBuffers, pairsOf, toColumns } from './entry-columns.js';
import { FirstEntries, heldBytesDefault } from './first-entries.js';
import type { FoundEntry } from './found-entry.js';
import { LineReader } from './line-reader.js';
import { noCounters, ScanContext } from './scan-context.js';
import { isBehind, perStream, type ScanItem } from './scan-item.js';
import { type LogScan, scanLogBlock } from './scan-logs.js';
import {
  type FromWorker,
  type LogQuerySpec,
  QueryControl,
  type QuerySpec,
  type SampleQuerySpec,
  type TaskMessage,
  type ToWorker,
} from './scan-messages.js';
import { type SampleScan, scanSampleBlocks, seriesTableFor } from './scan-samples.js';
import { stateArrayBuffers, toStates } from './series-states.js';

export interface Answer {
  readonly message: FromWorker;
  readonly transfer: readonly ArrayBuffer[];
}

/** A query as this thread knows it, compiled. */
interface KnownQuery {
  readonly control: QueryControl;
  readonly labels: Map<number, Labels>;
  readonly labelsOf: (rank: number) => Labels;
  readonly scan:
    | { readonly kind: 'logs'; readonly logs: LogScan }
    | { readonly kind: 'samples'; readonly samples: SampleScan };
}

class CancelledError extends Error {
  override readonly name = 'CancelledError';
}

export class TaskRunner {
  readonly #opener: BlockOpener;
  readonly #queries = new Map<number, KnownQuery | Error>();

  constructor(opener: BlockOpener) {
    this.#opener = opener;
  }

  /** Queries that have not ended. */
  get queryCount(): number {
    return this.#queries.size;
  }

  /** The answer to a task, null to other messages. To be called again only when it has resolved; never rejects. */
  async handle(message: ToWorker): Promise<Answer | null> {
    switch (message.kind) {
      case 'query':
        this.#queries.set(message.query, known(message.spec, new QueryControl(message.control)));
        return null;
      case 'end':
        this.#queries.delete(message.query);
        return null;
      case 'task':
        return this.#run(message).catch((error: unknown) => failed(message, error));
    }
  }

  async #run(task: TaskMessage): Promise<Answer> {
    const query = this.#queries.get(task.query);
    invariant(query !== undefined, `task of query ${task.query}, which is not known`);
    if (query instanceof Error) throw query;
    for (const { rank, labels } of task.streams) {
      if (!query.labels.has(rank)) query.labels.set(rank, new Labels(pairsOf(labels)));
    }
    const damages: DamageError[] = [];
    const counters = noCounters();
    const breathe = (): undefined => {
      if (query.control.isCancelled) throw new CancelledError('cancelled');
    };
    const context = new ScanContext(counters, breathe, (error) => damages.push(error));
    const items = this.#open(task, context);
    const ids = { query: task.query, task: task.task };
    if (query.scan.kind === 'logs') {
      const entries = toColumns(await scanTask(items, query, query.scan.logs, context));
      return {
        message: { kind: 'logs', ...ids, counters, damages: damages.map(plain), entries },
        transfer: columnBuffers(entries),
      };
    }
    const { samples } = query.scan;
    const table = seriesTableFor(samples);
    await scanSampleBlocks(items, samples, table, context);
    const series = toStates(table);
    return {
      message: { kind: 'samples', ...ids, counters, damages: damages.map(plain), series },
      transfer: stateArrayBuffers(series),
    };
  }

  #open({ blocks }: TaskMessage, context: ScanContext): ScanItem[] {
    const items: ScanItem[] = [];
    for (const { address, head, rank, place } of blocks) {
      try {
        items.push({ block: this.#opener.open(address), head, rank, place });
      } catch (error) {
        if (!(error instanceof DamageError)) throw error;
        context.damaged(error);
      }
    }
    return items;
  }
}

async function scanTask(
  items: readonly ScanItem[],
  { control, labelsOf }: KnownQuery,
  scan: LogScan,
  context: ScanContext,
): Promise<readonly FoundEntry[]> {
  const backward = scan.direction === 'backward';
  const entries = new FirstEntries(scan.limit, backward, labelsOf, control.leavesLines ? 0 : heldBytesDefault);
  for (const item of items) {
    entries.noLaterThan(control.lastNs);
    if (isBehind(item, entries.lastNs, backward)) break;
    await scanLogBlock(item, scan, entries, context);
  }
  return entries.take();
}

function known(spec: QuerySpec, control: QueryControl): KnownQuery | Error {
  const labels = new Map<number, Labels>();
  const labelsOf = (rank: number): Labels => {
    const one = labels.get(rank);
    invariant(one !== undefined, `stream ${rank} has no labels`);
    return one;
  };
  try {
    const scan = spec.kind === 'logs' ? compileLogs(spec, labelsOf) : compileSamples(spec, labelsOf);
    return { control, labels, labelsOf, scan };
  } catch (error) {
    // It is the answer to the query's tasks.
    return error as Error;
  }
}

function compileLogs(spec: LogQuerySpec, labelsOf: (rank: number) => Labels): KnownQuery['scan'] {
  const { text, range, direction, limit } = spec;
  const expr = parseExpr(text);
  invariant(expr.kind === 'log', 'not a log query');
  const pipeline = compilePipeline(expr);
  const streamOf = perStream(labelsOf, (labels) => pipeline.forStream(labels));
  const reader = new LineReader(expr, pipeline, labelsOf);
  return { kind: 'logs', logs: { range, direction, limit, pipeline, streamOf, reader } };
}

function compileSamples(spec: SampleQuerySpec, labelsOf: (rank: number) => Labels): KnownQuery['scan'] {
  const expr = parseExpr(spec.text);
  invariant(expr.kind === 'range-aggregation', 'not a range aggregation');
  const plan = planWindows(spec.grid, spec.rangeNs, spec.offsetNs);
  const pipeline = compileSamplePipeline(expr, spec.grouping);
  const streamOf = perStream(labelsOf, (labels) => pipeline.forStream(labels));
  return { kind: 'samples', samples: { expr, plan, pipeline, streamOf } };
}

const plain = ({ file, offset, reason }: DamageError) => ({ file, offset, reason });

function failed({ query, task }: TaskMessage, error: unknown): Answer {
  if (error instanceof CancelledError) return { message: { kind: 'cancelled', query, task }, transfer: [] };
  const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
  const code = error instanceof ApiError ? error.code : null;
  return { message: { kind: 'failed', query, task, code, message, stack }, transfer: [] };
}
