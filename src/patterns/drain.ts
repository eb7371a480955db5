/**
 * Drain: lines of equal length in tokens that begin alike fall into one cluster when enough of their tokens agree; where
 * they differ, the cluster's pattern has a gap. After P. He et al., "Drain: An Online Log Parsing Approach with Fixed
 * Depth Tree", ICWS 2017.
 */
import { BucketCounts } from './bucket-counts.js';
import { join, type Tokens, tokenize } from './tokenize.js';

export const gap = '<_>';

/** Lines of one pattern, and how many there were. */
export interface Cluster {
  readonly words: string[];
  readonly spaces: readonly number[];
  /** By bucket of 10 seconds. */
  readonly counts: BucketCounts;
}

/** Shorter texts say too little, longer ones are too rare. Source: Loki. */
const tokensMin = 4;
const tokensMax = 80;
/** Tokens that lead through the tree; a token with a digit counts as a gap there. */
const treeDepth = 4;
const similarityMin = 0.3;

export interface DrainLimits {
  readonly clustersMax: number;
}

let drains = 0;

/** `isPart`: what is trained is a part of its line, so that patterns begin and end with a gap. */
export class Drain {
  /** Differs from that of every other one. */
  readonly id = drains++;
  /** Another one as soon as a line may fall into another cluster than before. */
  version = 0;
  readonly #limits: DrainLimits;
  readonly #leaves = new Map<string, Cluster[]>();
  readonly #edge: string;
  #size = 0;

  constructor(limits: DrainLimits, isPart = false) {
    this.#limits = limits;
    this.#edge = isPart ? gap : '';
  }

  /** Counts a text. Returns its cluster, or null when it is left out. */
  train(text: string, bucketSeconds: number): Cluster | null {
    const tokens = tokenize(text);
    if (tokens.words.length < tokensMin || tokens.words.length > tokensMax) return null;
    const key = pathOf(tokens);
    let leaf = this.#leaves.get(key);
    if (leaf === undefined) {
      leaf = [];
      this.#leaves.set(key, leaf);
    }
    let cluster = closest(leaf, tokens);
    if (cluster === null) {
      if (this.#size >= this.#limits.clustersMax) this.#evict();
      const words: string[] = [];
      for (const [i, word] of tokens.words.entries()) words.push(tokens.varies[i] ? gap : word);
      cluster = { words, spaces: tokens.spaces, counts: new BucketCounts() };
      leaf.push(cluster);
      this.#size++;
      this.version++;
    } else if (generalize(cluster.words, tokens.words)) this.version++;
    cluster.counts.add(bucketSeconds);
    return cluster;
  }

  *clusters(): Generator<{ readonly pattern: string; readonly counts: BucketCounts }> {
    for (const leaf of this.#leaves.values()) {
      for (const cluster of leaf) yield { pattern: patternOf(cluster, this.#edge), counts: cluster.counts };
    }
  }

  /** Forgets buckets before the time, and clusters that have none left. Returns how many clusters there are. */
  forget(beforeSeconds: number): number {
    for (const [key, leaf] of this.#leaves) {
      const kept = leaf.filter(({ counts }) => {
        counts.forget(beforeSeconds);
        return counts.size > 0;
      });
      this.#size -= leaf.length - kept.length;
      if (kept.length < leaf.length) this.version++;
      if (kept.length === 0) this.#leaves.delete(key);
      else this.#leaves.set(key, kept);
    }
    return this.#size;
  }

  /** The cluster that was not seen for longest goes. */
  #evict(): void {
    let oldest: { leaf: Cluster[]; cluster: Cluster } | null = null;
    for (const leaf of this.#leaves.values()) {
      for (const cluster of leaf)
        if (oldest === null || cluster.counts.lastSeconds < oldest.cluster.counts.lastSeconds)
          oldest = { leaf, cluster };
    }
    if (oldest === null) return;
    oldest.leaf.splice(oldest.leaf.indexOf(oldest.cluster), 1);
    this.#size--;
    this.version++;
  }
}

/** Where the words differ, the pattern has a gap from now on. True when it had none there before. */
function generalize(pattern: string[], words: readonly string[]): boolean {
  let changed = false;
  for (let i = 0; i < pattern.length; i++) {
    if (pattern[i] === words[i] || pattern[i] === gap) continue;
    pattern[i] = gap;
    changed = true;
  }
  return changed;
}

function pathOf({ words, varies }: Tokens): string {
  let path = String(words.length);
  for (let i = 0; i < Math.min(treeDepth, words.length); i++) path += ` ${varies[i] ? gap : words[i]}`;
  return path;
}

function closest(leaf: readonly Cluster[], { words, varies }: Tokens): Cluster | null {
  let best: Cluster | null = null;
  let bestSame = -1;
  for (const cluster of leaf) {
    const own = cluster.words;
    let same = 0;
    for (let i = 0; i < words.length; i++) if (own[i] === words[i] || (varies[i] && own[i] === gap)) same++;
    if (same <= bestSame) continue;
    best = cluster;
    bestSame = same;
    if (same === words.length) break;
  }
  return best !== null && bestSame / words.length >= similarityMin ? best : null;
}

/** Gaps that stand side by side read as one. */
function patternOf({ words, spaces }: Cluster, edge: string): string {
  return (edge + join({ words, spaces }) + edge).replace(/(?:<_>){2,}/g, gap);
}
