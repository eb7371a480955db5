/**
 * Drain: lines of equal length in tokens that begin alike fall into one cluster when enough of their tokens agree; where
 * they differ, the cluster's pattern has a gap. After P. He et al., "Drain: An Online Log Parsing Approach with Fixed
 * Depth Tree", ICWS 2017.
 */
import { join, type Tokens, tokenize } from './tokenize.js';

export const gap = '<_>';

export interface Cluster {
  words: string[];
  readonly spaced: readonly boolean[];
  /** Lines by bucket of 10 seconds (seconds since 1970). */
  readonly counts: Map<number, number>;
  lastSeconds: number;
}

/** Tokens that lead through the tree; a token with a digit counts as a gap there. */
const treeDepth = 4;
const similarityMin = 0.3;

export interface DrainLimits {
  readonly clustersMax: number;
  /** Longer lines are left out: their pattern says little, and costs much. */
  readonly lineCharsMax: number;
}

export class Drain {
  readonly #limits: DrainLimits;
  readonly #leaves = new Map<string, Cluster[]>();
  #size = 0;

  constructor(limits: DrainLimits) {
    this.#limits = limits;
  }

  /** Counts a line. */
  train(line: string, bucketSeconds: number): void {
    if (line.length === 0 || line.length > this.#limits.lineCharsMax) return;
    const tokens = tokenize(line);
    const key = pathOf(tokens);
    let leaf = this.#leaves.get(key);
    if (leaf === undefined) {
      leaf = [];
      this.#leaves.set(key, leaf);
    }
    let cluster = closest(leaf, tokens);
    if (cluster === null) {
      if (this.#size >= this.#limits.clustersMax) this.#evict();
      cluster = {
        words: tokens.words.map((word, i) => (tokens.varies[i] ? gap : word)),
        spaced: tokens.spaced,
        counts: new Map(),
        lastSeconds: 0,
      };
      leaf.push(cluster);
      this.#size++;
    } else {
      const { words } = cluster;
      for (let i = 0; i < words.length; i++) if (words[i] !== tokens.words[i]) words[i] = gap;
    }
    cluster.counts.set(bucketSeconds, (cluster.counts.get(bucketSeconds) ?? 0) + 1);
    cluster.lastSeconds = Math.max(cluster.lastSeconds, bucketSeconds);
  }

  *clusters(): Generator<{ readonly pattern: string; readonly counts: ReadonlyMap<number, number> }> {
    for (const leaf of this.#leaves.values()) {
      for (const cluster of leaf) yield { pattern: patternOf(cluster), counts: cluster.counts };
    }
  }

  /** Forgets buckets before the time, and clusters that have none left. Returns how many clusters there are. */
  forget(beforeSeconds: number): number {
    for (const [key, leaf] of this.#leaves) {
      const kept = leaf.filter((cluster) => {
        for (const bucket of cluster.counts.keys()) if (bucket < beforeSeconds) cluster.counts.delete(bucket);
        return cluster.counts.size > 0;
      });
      this.#size -= leaf.length - kept.length;
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
        if (oldest === null || cluster.lastSeconds < oldest.cluster.lastSeconds) oldest = { leaf, cluster };
    }
    if (oldest === null) return;
    oldest.leaf.splice(oldest.leaf.indexOf(oldest.cluster), 1);
    this.#size--;
  }
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
function patternOf({ words, spaced }: Cluster): string {
  return join({ words, spaced })
    .replace(/(?:<_>){2,}/g, gap)
    .replace(/<_>(?: <_>)+/g, gap);
}
