/**
 * Rewriting what old segments are still needed for. A `moved` record has all that the head holds of its streams, and
 * makes everything earlier void for them: written wholly it takes effect, written in part it does not exist. So there
 * is no moment in which a stream's entries are in the WAL twice, or not at all.
 */
import { decodeBlock } from '../../chunks/block.js';
import { allColumns } from '../../model/column-needs.js';
import type { HeadBlock, StreamHead } from '../head/stream.js';
import type { Log } from '../log.js';
import { recordType } from './constants.js';
import { type EntriesRecord, encodeEntries } from './record.js';
import type { Wal } from './wal.js';

/** Streams share a record until it has about this many bytes. */
const recordTargetBytes = 512 << 10;
/** A stream that takes more than this is left where it is: it must be in one record, and flushing will take it away. */
const streamBytesMax = 64 << 20;

/** Returns the bytes written. The caller syncs the WAL before it deletes anything. */
export async function rewriteStreams(
  wal: Wal,
  streams: readonly StreamHead[],
  pause: () => Promise<void>,
  log: Log,
): Promise<number> {
  let written = 0;
  for (let i = 0; i < streams.length; ) {
    const group: StreamHead[] = [];
    let bytes = 0;
    // All in one tick: what is read from the head is what the record then says of it.
    for (; i < streams.length && bytes < recordTargetBytes; i++) {
      const stream = streams[i] as StreamHead;
      if (stream.isEmpty || (group[0] !== undefined && group[0].tenant !== stream.tenant)) {
        if (stream.isEmpty) continue;
        break;
      }
      const streamBytes = stream.walBytes;
      if (streamBytes > streamBytesMax) {
        log('warn', 'stream too large to be rewritten in the WAL', { labels: stream.labels.text, bytes: streamBytes });
        continue;
      }
      group.push(stream);
      bytes += streamBytes;
    }
    if (group.length > 0) written += rewriteGroup(wal, group);
    await pause();
  }
  return written;
}

function rewriteGroup(wal: Wal, group: readonly StreamHead[]): number {
  const streams: EntriesRecord['streams'][number][] = [];
  for (const stream of group)
    for (const block of stream.blocks) streams.push({ labels: stream.labels, entries: entriesOf(block) });
  const payload = encodeEntries({ tenant: (group[0] as StreamHead).tenant, streams });
  const seq = wal.append(recordType.moved, payload);
  let row = 0;
  for (const stream of group) row = stream.movedTo(seq, row);
  return payload.length;
}

const entriesOf = (block: HeadBlock) =>
  block.kind === 'sealed' ? decodeBlock(block.encoded, allColumns) : block.arrived();
