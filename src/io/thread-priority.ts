/** Which thread goes first where there are fewer cores than threads. */
import { readlinkSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';

/** Other threads go before this one. Linux has priorities of threads; elsewhere nothing changes. Refused, it warns. */
export function yieldToOtherThreads(): void {
  if (process.platform !== 'linux') return;
  try {
    const threadId = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    // Where all of the process is behind others anyway it stays there: only root may go forward.
    setPriority(threadId, Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL));
  } catch (error) {
    process.emitWarning(error as Error);
  }
}
