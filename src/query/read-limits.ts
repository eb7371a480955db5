/** How much a query may read: known once its streams and blocks are. Texts: Loki's. */
import type { Limits } from '../limits/limits.js';
import { humanBytes } from '../limits/text.js';
import { bad } from './params.js';
import type { StreamSource } from './stream-source.js';

export type ReadLimits = Pick<Limits, 'max_query_bytes_read' | 'max_querier_bytes_read' | 'max_chunks_per_query'>;

/** Throws when the blocks that a selector found are too many, or hold too many bytes of lines. 0 is no limit. */
export function checkReadLimits(streams: readonly StreamSource[], limits: ReadLimits): void {
  let bytes = 0;
  let chunks = 0;
  for (const stream of streams) {
    chunks += stream.chunks;
    for (const { block } of stream.blocks) bytes += block.rawBytes;
  }
  const { max_query_bytes_read: query, max_querier_bytes_read: querier, max_chunks_per_query: chunksMax } = limits;
  if (chunksMax > 0 && chunks > chunksMax) {
    throw bad(`the query hit the max number of chunks limit (limit: ${chunksMax} chunks)`);
  }
  if (query > 0 && bytes > query) {
    throw bad(
      `the query would read too many bytes (query: ${humanBytes(bytes)}, limit: ${humanBytes(query)}); consider adding more specific stream selectors or reduce the time range of the query`,
    );
  }
  if (querier > 0 && bytes > querier) {
    throw bad(
      `query too large to execute on a single querier: (query: ${humanBytes(bytes)}, limit: ${humanBytes(querier)}); consider adding more specific stream selectors, reduce the time range of the query, or adjust parallelization settings`,
    );
  }
}
