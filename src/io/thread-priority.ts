/** Which thread goes first where there are fewer cores than threads. */
import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/** Other threads go before this one. Linux has priorities of threads; elsewhere nothing changes. Refused, it warns. */
export function yieldToOtherThreads(): void {
  if (process.platform !== 'linux') return;
  try {
    const threadId = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    setPriority(threadId, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch (error) {
    process.emitWarning(error as Error);
  }
}
