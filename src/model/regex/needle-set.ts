/**
 * Texts of which every match contains one, longer than the one that all matches have in common: `status=[45]` has
 * status=4 and status=5. Often too many to search for, but not to ask whether a block can contain one.
 */
import type { LineNeedle } from '../column-needs.js';
import { textOfRune } from './literals.js';
import type { Node } from './syntax.js';

/** More texts than this tell little. */
const textsMax = 32;
/** Longer texts tell no more. */
const lengthMax = 32;
/** A part that is repeated is written out so often. */
const copiesMax = 4;

type Texts = readonly string[];

/** The texts that a code point may stand for; null when it is none that can be looked for. */
type Spell = (rune: number) => string | null;
/** Letters beyond ASCII are left out: some of them fold with ASCII. */
const spellFolded: Spell = (rune) => (rune < 0x80 ? String.fromCharCode(rune).toLowerCase() : null);

/** Null when nothing is known. Those of an expression in any case are lower-case ASCII. */
export function needleSetOf(root: Node): readonly LineNeedle[] | null {
  const [exact, folded] = [longestRun(root, textOfRune), longestRun(root, spellFolded)];
  const caseInsensitive = isBetter(folded, exact);
  const texts = caseInsensitive ? folded : exact;
  return texts === null ? null : texts.map((text) => ({ bytes: encoder.encode(text), caseInsensitive }));
}

const encoder = new TextEncoder();
const shortest = (texts: Texts | null): number => (texts === null ? 0 : Math.min(...texts.map(({ length }) => length)));
/** Longer, or fewer. */
const isBetter = (a: Texts | null, b: Texts | null): boolean =>
  shortest(a) > shortest(b) || (shortest(a) === shortest(b) && (a?.length ?? 0) < (b?.length ?? 0));

function longestRun(root: Node, spell: Spell): Texts | null {
  const runs = new Runs(spell);
  runs.visit(root);
  runs.cut();
  return runs.best;
}

/** Goes over an expression from left to right, and puts together what stands side by side. */
class Runs {
  best: Texts | null = null;
  readonly #spell: Spell;
  /** Every match has one of these where the walk has come to. */
  #run: Texts = [''];

  constructor(spell: Spell) {
    this.#spell = spell;
  }

  visit(node: Node): void {
    // An expression may have a hundred thousand literals side by side.
    if (this.best?.length === 1 && shortest(this.best) >= lengthMax) return;
    switch (node.op) {
      case 'class':
        this.#add(membersOf(node, this.#spell));
        return;
      case 'capture':
        this.visit(node.sub);
        return;
      case 'concat':
        for (const sub of node.subs) this.visit(sub);
        return;
      case 'alternate':
        this.cut();
        this.#offer(this.#ofBranches(node.subs));
        return;
      case 'repeat': {
        const copies = Math.min(node.min, copiesMax);
        for (let copy = 0; copy < copies; copy++) this.visit(node.sub);
        if (copies !== node.max) this.cut();
        return;
      }
    }
  }

  /** What comes next does not stand beside what was. */
  cut(): void {
    this.#offer(this.#run);
    this.#run = [''];
  }

  #add(texts: Texts | null): void {
    if (texts === null) {
      this.cut();
      return;
    }
    const isTooLong = (this.#run[0] as string).length >= lengthMax;
    if (isTooLong || this.#run.length * texts.length > textsMax) this.cut();
    this.#run = this.#run.flatMap((before) => texts.map((text) => before + text));
  }

  #offer(texts: Texts | null): void {
    if (shortest(texts) > 0 && isBetter(texts, this.best)) this.best = texts;
  }

  /** One of each branch, as far as all have one. */
  #ofBranches(branches: readonly Node[]): Texts | null {
    if (branches.length > textsMax) return null;
    const texts = branches.map((branch) => longestRun(branch, this.#spell));
    const all = texts.includes(null) ? [] : [...new Set(texts.flatMap((own) => own ?? []))];
    return all.length === 0 || all.length > textsMax ? null : all;
  }
}

function membersOf(node: Node & { op: 'class' }, spell: Spell): Texts | null {
  const texts = new Set<string>();
  let runes = 0;
  for (let i = 0; i < node.ranges.length; i += 2) {
    const [first, last] = [node.ranges[i] as number, node.ranges[i + 1] as number];
    runes += last - first + 1;
    if (runes > 2 * textsMax) return null;
    for (let rune = first; rune <= last; rune++) {
      const text = spell(rune);
      if (text === null) return null;
      texts.add(text);
    }
  }
  return texts.size === 0 || texts.size > textsMax ? null : [...texts];
}
