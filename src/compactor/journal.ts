/**
 * What the compactor is about to do, so that a crash in the middle neither doubles nor loses a line. A new pack and the
 * packs that it replaces are both in the store for a while: the journal says which of them count.
 */
import { type FileSystem, isFileError, readFile, replaceFile } from '../io/file-system.js';

export interface Replacement {
  /** The random part of the new pack's name; null when packs only go. */
  readonly id: string | null;
  readonly replaces: readonly string[];
}

/** A pack that the index no longer knows, kept until running queries are through with it. */
export interface Trash {
  readonly pack: string;
  readonly afterMs: number;
}

interface Content {
  readonly pending: readonly Replacement[];
  readonly trash: readonly Trash[];
}

const nothing: Content = { pending: [], trash: [] };

export class CompactorJournal {
  readonly #fs: FileSystem | null;
  readonly #path: string;
  #content: Content;

  /** `fs` null: kept in memory only. */
  constructor(fs: FileSystem | null, path: string) {
    this.#fs = fs;
    this.#path = path;
    this.#content = fs === null ? nothing : read(fs, path);
  }

  get pending(): readonly Replacement[] {
    return this.#content.pending;
  }

  get trash(): readonly Trash[] {
    return this.#content.trash;
  }

  /** Before the new pack is written. */
  begin(replacement: Replacement): Promise<void> {
    return this.#write({ ...this.#content, pending: [...this.#content.pending, replacement] });
  }

  /** After the index has changed over: the old packs are trash from now on. */
  done(replacement: Replacement, afterMs: number): Promise<void> {
    return this.#write({
      pending: this.#without(replacement),
      trash: [...this.#content.trash, ...replacement.replaces.map((pack) => ({ pack, afterMs }))],
    });
  }

  /** The new pack is gone again, the old ones stay. */
  undone(replacement: Replacement): Promise<void> {
    return this.#write({ ...this.#content, pending: this.#without(replacement) });
  }

  removed(packs: readonly string[]): Promise<void> {
    return this.#write({ ...this.#content, trash: this.#content.trash.filter((t) => !packs.includes(t.pack)) });
  }

  #without({ id, replaces }: Replacement): Replacement[] {
    return this.#content.pending.filter((p) => p.id !== id || p.replaces[0] !== replaces[0]);
  }

  async #write(content: Content): Promise<void> {
    if (this.#fs !== null) await replaceFile(this.#fs, this.#path, Buffer.from(JSON.stringify(content)));
    this.#content = content;
  }
}

function read(fs: FileSystem, path: string): Content {
  try {
    return JSON.parse(Buffer.from(readFile(fs, path)).toString('utf8')) as Content;
  } catch (e) {
    if (isFileError(e, 'ENOENT')) return nothing;
    throw e;
  }
}
