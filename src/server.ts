/**
 * The composition root: builds every room in order, starts, and stops in reverse. The one file that knows all rooms.
 * Two servers can live in one process: nothing here is global.
 */
import type { FastifyInstance } from 'fastify';
import { codecFor, codecsReady } from './chunks/codec/codec.js';
import { BlockCache } from './chunks/block-cache.js';
import { type PackStore, filePackStore, memoryPackStore } from './chunks/pack-store.js';
import { chunkBlocks } from './chunks/pack-reader.js';
import { DeleteRequests } from './compactor/delete-requests.js';
import type { Config } from './config/options.js';
import { renderConfig } from './config/render.js';
import { createApp } from './http/app.js';
import { deleteRoutes } from './http/routes/delete.js';
import { drilldownRoutes } from './http/routes/drilldown.js';
import { labelRoutes } from './http/routes/labels.js';
import { legacyRoutes } from './http/routes/legacy.js';
import { patternRoutes } from './http/routes/patterns.js';
import { pushRoutes } from './http/routes/push.js';
import { queryRoutes } from './http/routes/query.js';
import { refusedRoutes } from './http/routes/refused.js';
import { statusRoutes } from './http/routes/status.js';
import { tailRoutes } from './http/routes/tail.js';
import { openLabelIndex } from './index/open-label-index.js';
import { openIngester } from './ingest/open-ingester.js';
import { PushService } from './ingest/push-service.js';
import { type Clock, systemClock } from './io/clock.js';
import type { FileSystem } from './io/file-system.js';
import { nodeFileSystem } from './io/node-file-system.js';
import { Overrides } from './limits/limits.js';
import type { Logger } from './log.js';
import { createMetrics, type Metrics } from './metrics/metrics.js';
import { DamageError } from './model/block-source.js';
import { PatternStore } from './patterns/pattern-store.js';
import { Frontend } from './query/frontend.js';
import { StoreQuerier } from './query/querier.js';
import type { Store } from './query/stream-source.js';
