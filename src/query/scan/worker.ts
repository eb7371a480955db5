/**
 * The entry of a scan worker: a thread that scans blocks. Only this file knows that it is one. It is bundled by itself
 * (scripts/build.mjs), so it imports no more of the program than it runs.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { BlockCache } from '../../chunks/block-cache.js';
import { BlockOpener } from '../../chunks/block-opener.js';
import { codecsReady } from '../../chunks/codec/codecs.js';
import { invariant } from '../../errors.js';
import { detachEarly } from '../../io/early-detach.js';
import { nodeFileSystem } from '../../io/node-file-system.js';
import { yieldToOtherThreads } from '../../io/thread-priority.js';
import type { ScanThreadData, ToWorker } from './scan-messages.js';
import { TaskRunner } from './task-runner.js';

const openFilesMax = 64;

detachEarly();
const port = parentPort;
invariant(port !== null, 'a scan worker is started as a thread');
// A push, and a query that needs no scan, are not to wait for scans.
yieldToOtherThreads();
const { cacheBytes } = workerData as ScanThreadData;
const opener = new BlockOpener(nodeFileSystem(), openFilesMax, new BlockCache(cacheBytes));
const runner = new TaskRunner(opener);
// Messages are received in order, and wait until the codecs are there.
let handled: Promise<void> = codecsReady();

port.on('message', (message: ToWorker) => {
  handled = handled.then(async () => {
    const answer = await runner.handle(message);
    if (answer !== null) port.postMessage(answer.message, answer.transfer);
    // The disk space of deleted packs must not be held by files that nobody reads.
    else if (runner.queryCount === 0) opener.closeFiles();
  });
});
