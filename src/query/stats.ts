/** What a query did: counted while it runs, reported in Loki's shape. Cells that skald has no counterpart for are 0. */

export class QueryStats {
  /** Streams and blocks that the selectors found. */
  streams = 0;
  blocks = 0;
  chunksMatched = 0;
  /** Rows and line bytes of the blocks that were read, by where they lay. */
  headLines = 0;
  headBytes = 0;
  storedLines = 0;
  storedBytes = 0;
  metadataBytes = 0;
  postFilterLines = 0;
  entriesReturned = 0;
  splits = 0;
  cacheHits = 0;
  cacheRequests = 0;
  cacheStores = 0;
  execSeconds = 0;
  queueSeconds = 0;
}

const cacheCell = (found = 0, requested = 0, stored = 0) => ({
  entriesFound: found,
  entriesRequested: requested,
  entriesStored: stored,
  bytesReceived: 0,
  bytesSent: 0,
  requests: requested,
  downloadTime: 0,
  queryLengthServed: 0,
});

const storeCell = (s: {
  chunks: number;
  headBytes: number;
  headLines: number;
  bytes: number;
  lines: number;
  post: number;
  metadata: number;
}) => ({
  totalChunksRef: s.chunks,
  totalChunksDownloaded: s.chunks,
  chunksDownloadTime: 0,
  queryReferencedStructuredMetadata: s.metadata > 0,
  queryUsedV2Engine: false,
  chunk: {
    headChunkBytes: s.headBytes,
    headChunkLines: s.headLines,
    decompressedBytes: s.bytes,
    decompressedLines: s.lines,
    compressedBytes: 0,
    totalDuplicates: 0,
    postFilterLines: s.post,
    headChunkStructuredMetadataBytes: 0,
    decompressedStructuredMetadataBytes: s.metadata,
  },
  chunkRefsFetchTime: 0,
  congestionControlLatency: 0,
  pipelineWrapperFilteredLines: 0,
  dataobj: {
    prePredicateDecompressedRows: 0,
    prePredicateDecompressedBytes: 0,
    prePredicateDecompressedStructuredMetadataBytes: 0,
    postPredicateRows: 0,
    postPredicateDecompressedBytes: 0,
    postPredicateStructuredMetadataBytes: 0,
    postFilterRows: 0,
    pagesScanned: 0,
    pagesDownloaded: 0,
    pagesDownloadedBytes: 0,
    pageBatches: 0,
    totalRowsAvailable: 0,
    totalPageDownloadTime: 0,
  },
});

/** The `stats` object of an answer. Source: Loki 3.7.6, observed. */
export function statsJson(s: QueryStats): object {
  const lines = s.headLines + s.storedLines;
  const bytes = s.headBytes + s.storedBytes;
  const perSecond = (n: number) => (s.execSeconds > 0 ? Math.floor(n / s.execSeconds) : 0);
  return {
    summary: {
      bytesProcessedPerSecond: perSecond(bytes),
      linesProcessedPerSecond: perSecond(lines),
      totalBytesProcessed: bytes,
      totalLinesProcessed: lines,
      execTime: s.execSeconds,
      queueTime: s.queueSeconds,
      subqueries: 0,
      totalEntriesReturned: s.entriesReturned,
      splits: s.splits,
      shards: 0,
      totalPostFilterLines: s.postFilterLines,
      totalStructuredMetadataBytesProcessed: s.metadataBytes,
    },
    querier: {
      store: storeCell({
        chunks: s.chunksMatched,
        headBytes: 0,
        headLines: 0,
        bytes: s.storedBytes,
        lines: s.storedLines,
        post: s.headLines === 0 ? s.postFilterLines : 0,
        metadata: s.metadataBytes,
      }),
    },
    ingester: {
      totalReached: 1,
      totalChunksMatched: s.headLines > 0 ? s.streams : 0,
      totalBatches: 0,
      totalLinesSent: s.headLines > 0 ? s.postFilterLines : 0,
      store: storeCell({
        chunks: 0,
        headBytes: s.headBytes,
        headLines: s.headLines,
        bytes: 0,
        lines: 0,
        post: s.headLines > 0 ? s.postFilterLines : 0,
        metadata: 0,
      }),
    },
    cache: {
      chunk: cacheCell(),
      index: cacheCell(),
      result: cacheCell(s.cacheHits, s.cacheRequests, s.cacheStores),
      statsResult: cacheCell(),
      volumeResult: cacheCell(),
      seriesResult: cacheCell(),
      labelResult: cacheCell(),
      instantMetricResult: cacheCell(),
    },
    index: {
      totalChunks: s.chunksMatched,
      postFilterChunks: s.chunksMatched,
      shardsDuration: 0,
      usedBloomFilters: false,
      totalStreams: s.streams,
      chunkRefsLookupTime: 0,
      bloomFilterTime: 0,
    },
  };
}
