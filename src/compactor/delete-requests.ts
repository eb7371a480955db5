/**
 * Requests to delete lines: what is asked for disappears from answers at once, and from disk when the compactor has
 * come by. They lie in one small file, because the index is only a cache.
 */
import type { Clock } from '../io/clock.js';
import { type FileSystem, isFileError, readFile, replaceFile } from '../io/file-system.js';
import { compilePipeline } from '../logql/pipeline/pipeline.js';
import type { Pipeline } from '../logql/pipeline/pipeline-types.js';
import { parseLogExpr } from '../logql/syntax/parser.js';
import type { BlockSource } from '../model/block-source.js';
import { type ColumnNeeds, unionNeeds } from '../model/column-needs.js';
import type { EntryBatch } from '../model/entry-batch.js';
import type { Labels } from '../model/labels.js';
import { matchFunction } from '../model/matcher.js';
import { pickRows } from '../model/rows.js';
import type { TenantId } from '../model/tenant.js';
import type { Nanos } from '../model/time.js';

export interface DeleteRequest {
  readonly id: string;
  readonly tenant: TenantId;
  readonly query: string;
  /** Inclusive. */
  readonly fromNs: Nanos;
  readonly throughNs: Nanos;
  readonly createdMs: number;
  /**
   * The packs that it covers: those that had entries of its time when it was made. What is pushed later stays, as in
   * Loki once a request is processed; only here that is known from the first moment on.
   */
  readonly packs: readonly string[];
  readonly status: 'received' | 'processed';
}

interface Active {
  readonly request: DeleteRequest;
  readonly packs: ReadonlySet<string>;
  readonly matches: (labels: Labels) => boolean;
  /** Null when the request has no filter: every line of its streams goes. */
  readonly pipeline: Pipeline | null;
}

/** Processed requests are shown for a while, then forgotten. */
const keptMs = 30 * 86_400_000;

export class DeleteRequests {
  readonly #fs: FileSystem | null;
  readonly #path: string;
  readonly #clock: Clock;
  #requests: DeleteRequest[] = [];
  #active: Active[] = [];
  #writing: Promise<void> = Promise.resolve();

  /** `fs` null: requests live as long as the process (in-memory servers). */
  constructor(fs: FileSystem | null, path: string, clock: Clock) {
    this.#fs = fs;
    this.#path = path;
    this.#clock = clock;
    if (fs !== null) this.#set(read(fs, path));
  }

  list(tenant: TenantId): readonly DeleteRequest[] {
    return this.#requests.filter((r) => r.tenant === tenant);
  }

  /** Those that are not processed and older than the time in which they may be cancelled. */
  due(cancelPeriodMs: number): readonly DeleteRequest[] {
    const before = this.#clock.nowMs() - cancelPeriodMs;
    return this.#requests.filter((r) => r.status === 'received' && r.createdMs <= before);
  }

  /** Resolves once the request is on disk. Throws ParseError for a query that is no log query. */
  async add(request: Omit<DeleteRequest, 'id' | 'createdMs' | 'status'>, id: string): Promise<DeleteRequest> {
    const added: DeleteRequest = { ...request, id, createdMs: this.#clock.nowMs(), status: 'received' };
    activate(added);
    await this.#store([...this.#requests, added]);
    return added;
  }

  /** False when there is no such request, or it is processed. */
  async cancel(tenant: TenantId, id: string): Promise<boolean> {
    const kept = this.#requests.filter((r) => !(r.tenant === tenant && r.id === id && r.status === 'received'));
    if (kept.length === this.#requests.length) return false;
    await this.#store(kept);
    return true;
  }

  async processed(id: string): Promise<void> {
    const oldest = this.#clock.nowMs() - keptMs;
    const done = this.#requests.map((r) => (r.id === id ? { ...r, status: 'processed' as const } : r));
    await this.#store(done.filter((r) => r.status === 'received' || r.createdMs > oldest));
  }

  /** The block without the lines that a request covers; itself when none does, null when nothing is left. */
  visible(tenant: TenantId, labels: Labels, block: BlockSource, pack: string): BlockSource | null {
    let shown: BlockSource | null = block;
    for (const active of this.#active) {
      if (shown === null) return null;
      const { request } = active;
      if (
        request.tenant !== tenant ||
        !active.packs.has(pack) ||
        request.fromNs > block.throughNs ||
        request.throughNs < block.fromNs
      )
        continue;
      if (active.matches(labels)) shown = without(shown, labels, active);
    }
    return shown;
  }

  /** Does a request that waits cover the pack? Then its lines must not get into another pack. */
  covers(pack: string): boolean {
    return this.#active.some((active) => active.packs.has(pack));
  }

  /** A pack is about to be replaced: what covers the old one covers the new one, too, whichever of them a crash leaves. */
  async alsoCover(from: string, to: string): Promise<void> {
    if (!this.covers(from)) return;
    await this.#store(this.#requests.map((r) => (r.packs.includes(from) ? { ...r, packs: [...r.packs, to] } : r)));
  }

  /** Forgets everything: for the fixture's reset. */
  async clear(): Promise<void> {
    await this.#store([]);
  }

  async #store(requests: DeleteRequest[]): Promise<void> {
    this.#set(requests);
    const fs = this.#fs;
    if (fs === null) return;
    const text = JSON.stringify(requests, (_k, v) => (typeof v === 'bigint' ? String(v) : v), 1);
    this.#writing = this.#writing.catch(() => undefined).then(() => replaceFile(fs, this.#path, Buffer.from(text)));
    await this.#writing;
  }

  #set(requests: DeleteRequest[]): void {
    this.#requests = requests;
    this.#active = requests.filter((r) => r.status === 'received').map(activate);
  }
}

function activate(request: DeleteRequest): Active {
  const expr = parseLogExpr(request.query);
  const tests = expr.matchers.map((m) => ({ name: m.name, test: matchFunction(m) }));
  return {
    request,
    packs: new Set(request.packs),
    matches: (labels) => tests.every(({ name, test }) => test(labels.get(name))),
    pipeline: expr.stages.length > 0 ? compilePipeline(expr) : null,
  };
}

function read(fs: FileSystem, path: string): DeleteRequest[] {
  try {
    const list = JSON.parse(Buffer.from(readFile(fs, path)).toString('utf8')) as (Omit<
      DeleteRequest,
      'fromNs' | 'throughNs'
    > & { fromNs: string; throughNs: string })[];
    return list.map((r) => ({ ...r, fromNs: BigInt(r.fromNs), throughNs: BigInt(r.throughNs) }));
  } catch (e) {
    if (isFileError(e, 'ENOENT')) return [];
    throw e;
  }
}

/** What a request leaves of a block. */
function without(block: BlockSource, labels: Labels, { request, pipeline }: Active): BlockSource | null {
  if (pipeline === null && request.fromNs <= block.fromNs && request.throughNs >= block.throughNs) return null;
  const stream = pipeline?.forStream(labels) ?? null;
  return {
    fromNs: block.fromNs,
    throughNs: block.throughNs,
    count: block.count,
    rawBytes: block.rawBytes,
    read(needs: ColumnNeeds): EntryBatch {
      const batch = block.read(pipeline === null ? needs : unionNeeds(needs, pipeline.needs));
      const covered: number[] = [];
      for (let i = 0; i < batch.count; i++) {
        const ns = batch.baseNs + BigInt(batch.offsetNs[i] as number);
        if (ns >= request.fromNs && ns <= request.throughNs) covered.push(i);
      }
      const gone = new Uint8Array(batch.count);
      const rows = Uint32Array.from(covered);
      if (stream === null) for (const row of rows) gone[row] = 1;
      else
        stream.run(batch, rows, rows.length, (row) => {
          gone[row] = 1;
          return true;
        });
      const kept: number[] = [];
      for (let i = 0; i < batch.count; i++) if (!gone[i]) kept.push(i);
      return kept.length === batch.count ? batch : pickRows(batch, Uint32Array.from(kept));
    },
  };
}
