/**
 * Index := store. The packs are the truth, the index a cache of their footers: after a crash it may lack the last packs
 * or name some that are gone, and after damage it is empty. Rebuilding is the same work with more to do.
 */
import type { ChunkRef } from '../model/chunk-ref.js';
import type { LabelIndex } from './label-index.js';

/** What of a store of packs is needed here. */
export interface PackCatalog {
  /** The names of all packs. */
  list(): Promise<readonly string[]>;
  /** Throws when the pack cannot be read. */
  footer(pack: string): PackFooterRows;
}

export interface PackFooterRows {
  readonly chunks: readonly ChunkRef[];
  /** Packs whose entries this one has (merged, or rewritten without some): they are not to be read beside it. */
  readonly replaces?: readonly string[];
}

export interface Reconciled {
  readonly added: number;
  readonly removed: number;
  /** Packs in the store that cannot be read: they are left alone, and are not in the index. */
  readonly unreadable: readonly string[];
}

type Log = (level: 'info' | 'error', event: string, fields: Readonly<Record<string, unknown>>) => void;

/** Chunks that go into the index in one transaction, about. */
const chunksPerTransaction = 2000;

/** Can be interrupted and run again at any moment. */
export async function reconcileIndex(index: LabelIndex, packs: PackCatalog, log: Log): Promise<Reconciled> {
  const inStore = new Set(await packs.list());
  const inIndex = new Set(index.packs().map(({ pack }) => pack));
  const retired = new Set(index.retired());

  const gone = [...inIndex].filter((pack) => !inStore.has(pack));
  if (gone.length > 0) {
    index.replacePacks(gone, []);
    log('error', 'packs are in the index, not in the store', { packs: gone.length, first: gone[0] });
  }

  const unreadable: string[] = [];
  const found: { readonly pack: string; readonly footer: PackFooterRows }[] = [];
  const replaced = new Set<string>();
  for (const pack of inStore) {
    if (inIndex.has(pack) || retired.has(pack)) continue;
    try {
      const footer = packs.footer(pack);
      found.push({ pack, footer });
      for (const old of replacedBy(footer)) replaced.add(old);
    } catch (error) {
      unreadable.push(pack);
      log('error', 'pack cannot be read', { pack, error });
    }
  }
  const wanted = found.filter(({ pack }) => !replaced.has(pack));
  addPacks(
    index,
    wanted.filter(({ footer }) => replacedBy(footer).length === 0),
  );
  for (const { pack, footer } of found) {
    // In one transaction: nobody sees both, and a crash leaves both or neither to be done again.
    if (replacedBy(footer).length > 0) index.replacePacks(replacedBy(footer), replaced.has(pack) ? [] : footer.chunks);
  }
  index.forgetRetired(index.retired().filter((pack) => !inStore.has(pack)));
  if (wanted.length > 0) log('info', 'packs added to the index', { packs: wanted.length });
  return { added: wanted.length, removed: gone.length, unreadable };
}

/** An empty index gets all that the store has. */
export const rebuildIndex = reconcileIndex;

const replacedBy = (footer: PackFooterRows): readonly string[] => footer.replaces ?? [];

function addPacks(index: LabelIndex, packs: readonly { readonly footer: PackFooterRows }[]): void {
  let refs: ChunkRef[] = [];
  for (const { footer } of packs) {
    for (const ref of footer.chunks) refs.push(ref);
    if (refs.length < chunksPerTransaction) continue;
    index.addChunks(refs);
    refs = [];
  }
  index.addChunks(refs);
}
