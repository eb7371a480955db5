/**
 * Translation to the platform's RegExp, for the captures of a match. Only where the meaning is provably RE2's and
 * backtracking provably linear from a given start; everything else is refused and goes to re2js.
 *
 * Refused for their meaning: repetition of what can be empty, captures inside repetitions (JavaScript clears them at
 * each turn). Refused for their time: two ways to read the same text, unless the number of ways is a small constant
 * or one loop has to choose its end with only a bounded rest to try.
 */
import { intersects, normalise } from './char-class.js';
import { printNative } from './printer.js';
import { isAssertion, type Node, type Ranges } from './syntax.js';

export interface NativePlan {
  /** For `new RegExp(source, 'u…')`; groups have RE2's numbers. */
  readonly source: string;
  /** 'direct': searching is linear, too. 'located': only trying at one start is; the starts must be known. */
  readonly strategy: 'direct' | 'located';
  /** Longer texts must not be given to it: the time is quadratic up to here. */
  readonly unitsMax: number;
  /** Up to here a search is as good as 'direct', though it is quadratic. */
  readonly searchUnitsMax: number;
}

/** What a square of this costs is bearable. */
const quadraticUnitsMax = 400;

/** Ways to read a bounded part: a constant that the time is multiplied with. */
const waysMax = 32;
/** Instructions of a bounded expression that a search may try at every start. */
const boundedSizeMax = 200;
const sourceUnitsMax = 20_000;

/** null when the expression is not provably safe. */
export function planNative(root: Node): NativePlan | null {
  try {
    const { cost, failCost } = new Analysis().read(root, accept, false);
    if (cost > 2) return null;
    const unitsMax = cost === 2 ? quadraticUnitsMax : Number.POSITIVE_INFINITY;
    const source = printNative(root);
    if (source.length > sourceUnitsMax) return null;
    const isSmall = root.size <= boundedSizeMax;
    const isDirect = beginsAtStart(root) || (isSmall && (failCost === 0 || (cost <= 1 && triesAreApart(root))));
    const searchUnitsMax = cost <= 1 ? quadraticUnitsMax : 0;
    return { source, strategy: isDirect ? 'direct' : 'located', unitsMax, searchUnitsMax };
  } catch (e) {
    if (e instanceof Unsafe) return null;
    throw e;
  }
}

class Unsafe extends Error {
  override readonly name = 'Unsafe';
}

/** What is ahead of a place in the expression, up to its end. */
interface Rest {
  /** Code points that it can begin with. */
  readonly first: Ranges;
  /** Powers of the text's length that trying it may take: 0 is bounded, 1 linear. */
  readonly cost: number;
  /** False when it matches whatever the text is. */
  readonly fails: boolean;
  /** As cost, for tries that fail. */
  readonly failCost: number;
}

const accept: Rest = { first: [], cost: 0, fails: false, failCost: 0 };

const union = (a: Ranges, b: Ranges): Ranges => normalise([...a, ...b]);

class Analysis {
  #ways = 1;

  #multiply(ways: number, inLoop: boolean): void {
    this.#ways *= ways;
    if (inLoop || this.#ways > waysMax) throw new Unsafe();
  }

  /** The node and what follows it. `inLoop`: inside an unbounded loop there must be one way only. */
  read(node: Node, rest: Rest, inLoop: boolean): Rest {
    switch (node.op) {
      case 'empty':
        return rest;
      case 'class':
        return { first: node.ranges, cost: rest.cost, fails: true, failCost: rest.failCost };
      case 'capture':
        return this.read(node.sub, rest, inLoop);
      case 'concat':
        return node.subs.reduceRight((after, sub) => this.read(sub, after, inLoop), rest);
      case 'alternate':
        return this.#alternate(node.subs, rest, inLoop);
      case 'repeat':
        return node.max === 1 && node.min === 0
          ? this.#optional(node.sub, rest, inLoop)
          : this.#loop(node, rest, inLoop);
      case 'notWordBoundary':
        // V8 finds one between the halves of a surrogate pair.
        throw new Unsafe();
      default:
        return { ...rest, fails: true };
    }
  }

  #alternate(subs: readonly Node[], rest: Rest, inLoop: boolean): Rest {
    const branches = subs.map((sub) => this.read(sub, rest, inLoop));
    let first: Ranges = [];
    let isAmbiguous = false;
    for (const [i, branch] of branches.entries()) {
      const free = nullable(subs[i] as Node) && rest.first.length === 0;
      if (intersects(first, branch.first) || (free && i < branches.length - 1)) isAmbiguous = true;
      first = union(first, branch.first);
    }
    if (isAmbiguous) this.#multiply(branches.length, inLoop);
    return {
      first,
      cost: Math.max(...branches.map((b) => b.cost)),
      fails: branches.every((b) => b.fails),
      failCost: Math.max(...branches.map((b) => b.failCost)),
    };
  }

  #optional(sub: Node, rest: Rest, inLoop: boolean): Rest {
    if (nullable(sub)) throw new Unsafe();
    const taken = this.read(sub, rest, inLoop);
    if (rest.fails && (intersects(taken.first, rest.first) || rest.first.length === 0)) this.#multiply(2, inLoop);
    return {
      first: union(taken.first, rest.first),
      cost: Math.max(taken.cost, rest.cost),
      fails: rest.fails,
      failCost: Math.max(taken.failCost, rest.failCost),
    };
  }

  #loop({ sub, min, max }: Node & { op: 'repeat' }, rest: Rest, inLoop: boolean): Rest {
    if (nullable(sub) || hasCapture(sub)) throw new Unsafe();
    const alone = firstOf(sub);
    // A turn is followed by another turn or by the rest.
    const after: Rest = { first: union(alone, rest.first), cost: 0, fails: true, failCost: 0 };
    const turn = this.read(sub, after, true);
    const mustChoose = min !== max && rest.fails && intersects(alone, rest.first);
    const isUnbounded = max === -1;
    if (mustChoose) {
      if (inLoop || turn.cost > 0 || rest.cost > 1) throw new Unsafe();
      if (!isUnbounded) this.#multiply(max - min + 1, inLoop);
    }
    const own = isUnbounded ? 1 : turn.cost;
    const fails = min > 0 || rest.fails;
    const tried = isUnbounded && rest.fails ? Math.max(1, rest.failCost) : rest.failCost;
    return {
      first: min === 0 ? union(alone, rest.first) : alone,
      cost: mustChoose && isUnbounded ? 1 + rest.cost : Math.max(own, rest.cost),
      fails,
      failCost: Math.max(turn.failCost, tried),
    };
  }
}

function nullable(node: Node): boolean {
  switch (node.op) {
    case 'class':
      return false;
    case 'capture':
      return nullable(node.sub);
    case 'concat':
      return node.subs.every(nullable);
    case 'alternate':
      return node.subs.some(nullable);
    case 'repeat':
      return node.min === 0 || nullable(node.sub);
    default:
      return true;
  }
}

function hasCapture(node: Node): boolean {
  if (node.op === 'capture') return true;
  if (node.op === 'repeat') return hasCapture(node.sub);
  return (node.op === 'concat' || node.op === 'alternate') && node.subs.some(hasCapture);
}

/** The code points that a match can begin with. */
function firstOf(node: Node): Ranges {
  switch (node.op) {
    case 'class':
      return node.ranges;
    case 'capture':
    case 'repeat':
      return firstOf(node.sub);
    case 'alternate':
      return node.subs.map(firstOf).reduce(union, []);
    case 'concat': {
      let first: Ranges = [];
      for (const sub of node.subs) {
        first = union(first, firstOf(sub));
        if (!nullable(sub)) break;
      }
      return first;
    }
    default:
      return [];
  }
}

/**
 * Does a match begin with something that no loop passes over? Then two tries read the same text only as often as the
 * bounded parts of the expression have that something in them, and a search is as linear as a try.
 */
function triesAreApart(root: Node): boolean {
  const loops: Ranges[] = [];
  collectLoops(root, loops);
  return mandatoryPrefix(root).some((set) => loops.every((loop) => !intersects(loop, set)));
}

/** The sets of all code points that each unbounded loop passes over. */
function collectLoops(node: Node, loops: Ranges[]): void {
  if (node.op === 'capture') collectLoops(node.sub, loops);
  else if (node.op === 'repeat') {
    if (node.max === -1) loops.push(allOf(node.sub));
    else collectLoops(node.sub, loops);
  } else if (node.op === 'concat' || node.op === 'alternate') for (const sub of node.subs) collectLoops(sub, loops);
}

function allOf(node: Node): Ranges {
  switch (node.op) {
    case 'class':
      return node.ranges;
    case 'capture':
    case 'repeat':
      return allOf(node.sub);
    case 'concat':
    case 'alternate':
      return node.subs.map(allOf).reduce(union, []);
    default:
      return [];
  }
}

/** What each match has before its first loop, one after the other. */
function mandatoryPrefix(node: Node): readonly Ranges[] {
  switch (node.op) {
    case 'class':
      return [node.ranges];
    case 'capture':
      return mandatoryPrefix(node.sub);
    case 'concat': {
      const prefix: Ranges[] = [];
      for (const sub of node.subs) {
        if (sub.op !== 'class' && sub.op !== 'capture' && !isAssertion(sub)) break;
        prefix.push(...mandatoryPrefix(sub));
        if (sub.op === 'capture' && !isFixed(sub)) break;
      }
      return prefix;
    }
    default:
      return [];
  }
}

/** Nothing but sets, one after the other. */
function isFixed(node: Node): boolean {
  if (node.op === 'capture') return isFixed(node.sub);
  return node.op === 'class' || isAssertion(node) || (node.op === 'concat' && node.subs.every(isFixed));
}

/** Can a match begin at the text's start only? */
function beginsAtStart(node: Node): boolean {
  switch (node.op) {
    case 'beginText':
      return true;
    case 'capture':
      return beginsAtStart(node.sub);
    case 'repeat':
      return node.min > 0 && beginsAtStart(node.sub);
    case 'alternate':
      return node.subs.every(beginsAtStart);
    case 'concat': {
      const first = node.subs.find((sub) => !isAssertion(sub) || sub.op === 'beginText');
      return first !== undefined && beginsAtStart(first);
    }
    default:
      return false;
  }
}
