import { describe, expect, it } from 'vitest';
import { ApiError } from '../../src/errors.js';
import type { BlockSource } from '../../src/model/block-source.js';
import { Labels } from '../../src/model/labels.js';
import { checkReadLimits, type ReadLimits } from '../../src/query/read-limits.js';
import type { StreamSource } from '../../src/query/stream-source.js';

const unlimited: ReadLimits = { max_query_bytes_read: 0, max_querier_bytes_read: 0, max_chunks_per_query: 0 };

const stream = (chunks: number, ...rawBytes: number[]): StreamSource => ({
  labels: Labels.of([['app', 'a']]),
  chunks,
  blocks: rawBytes.map((bytes) => ({ block: { rawBytes: bytes } as BlockSource, head: false })),
});

const refusal = (streams: StreamSource[], limits: Partial<ReadLimits>): ApiError | null => {
  try {
    checkReadLimits(streams, { ...unlimited, ...limits });
    return null;
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
};

describe('what a query may read', () => {
  const streams = [stream(2, 600_000, 400_000), stream(1, 1_000_000)];

  it('is unlimited at 0', () => {
    expect(refusal(streams, {})).toBeNull();
  });

  it('is a number of bytes of lines over all streams', () => {
    expect(refusal(streams, { max_query_bytes_read: 2_000_000 })).toBeNull();
    expect(refusal(streams, { max_query_bytes_read: 1_500_000 })?.message).toBe(
      'the query would read too many bytes (query: 2.0 MB, limit: 1.5 MB); consider adding more specific stream selectors or reduce the time range of the query',
    );
  });

  it('is bounded for one querier too', () => {
    expect(refusal(streams, { max_querier_bytes_read: 1_999_999 })?.message).toContain(
      'query too large to execute on a single querier: (query: 2.0 MB, limit: 2.0 MB)',
    );
  });

  it('is a number of flushed chunks', () => {
    expect(refusal(streams, { max_chunks_per_query: 3 })).toBeNull();
    expect(refusal(streams, { max_chunks_per_query: 2 })).toMatchObject({
      message: 'the query hit the max number of chunks limit (limit: 2 chunks)',
    });
  });
});
