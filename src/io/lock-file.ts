/**
 * One process per folder. The lock is the operating system's, on a database file: it goes with its holder, however that
 * ends, and holds between containers that share the folder.
 */

/** A database that can be held. Given in from index/, the room that knows the database. */
export interface LockDatabase {
  /** Takes the lock and writes down who has it; false when another one has it. Throws when the file cannot be used. */
  tryHold(holder: string): boolean;
  /** What the present or last holder wrote; null when nobody did. */
  holder(): string | null;
  /** Lets go of the lock. */
  close(): void;
}

export interface FolderLock {
  /** Calling it again does nothing. */
  release(): void;
}

/** The folder is in use by another process: not a fault of the program, so the message is all that there is to say. */
export class FolderLockedError extends Error {
  override readonly name = 'FolderLockedError';
}

/**
 * Locks `<folder>/LOCK`; the folder must exist. `holder` says who we are: 'process 4711 on port 3100'.
 * Throws FolderLockedError at once, naming the holder, when the folder is in use.
 */
export function lockFolder(folder: string, holder: string, open: (path: string) => LockDatabase): FolderLock {
  const database = open(`${folder}/LOCK`);
  let isHeld = false;
  try {
    isHeld = database.tryHold(holder);
    if (!isHeld) {
      const other = database.holder() ?? 'another process';
      throw new FolderLockedError(`data folder ${folder} is in use by ${other}: only one process can have it`);
    }
  } finally {
    if (!isHeld) database.close();
  }
  return {
    release: () => {
      if (isHeld) database.close();
      isHeld = false;
    },
  };
}
