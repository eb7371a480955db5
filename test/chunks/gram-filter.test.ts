import { describe, expect, test } from 'vitest';
import { decodeBlock, encodeBlock, withIndexes } from '../../src/chunks/block.js';
import { codecNamed, codecsReady } from '../../src/chunks/codec/codecs.js';
import { gramFilterOf, mayContain } from '../../src/chunks/gram-filter.js';
import { compilePipeline } from '../../src/logql/pipeline/pipeline.js';
import { parseLogExpr } from '../../src/logql/syntax/parser.js';
import type { ColumnNeeds, LineNeedle } from '../../src/model/column-needs.js';
import { Labels } from '../../src/model/labels.js';
import { batchOfRows } from '../helpers/batches.js';
import { prng } from '../helpers/prng.js';

const needle = (text: string, caseInsensitive = false): LineNeedle => ({
  bytes: Buffer.from(caseInsensitive ? text.toLowerCase() : text),
  caseInsensitive,
});
const escapeRegex = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const words = ['order', 'PAID', 'Redis', 'timeout', 'user=', '{"level":"info"}', 'ärger', 'K', ' '];
const randomLines = (random: ReturnType<typeof prng>, count: number): string[] =>
  Array.from({ length: count }, () => {
    const text = Array.from({ length: 8 }, () => random.pick(words)).join(' ');
    return `${text} ${random.int(1000)}`;
  });

describe('the filter', () => {
  test('never denies what a line contains', () => {
    const random = prng();
    const lines = randomLines(random, 600);
    const filter = gramFilterOf(Buffer.from(lines.join(''))) as Uint8Array;
    for (let i = 0; i < 3000; i++) {
      const line = random.pick(lines);
      const from = random.int(line.length);
      const text = line.slice(from, from + 1 + random.int(20));
      if (!text.isWellFormed()) continue;
      for (const one of [needle(text), needle(text.toUpperCase(), true)])
        expect(mayContain(filter, [[needle('no such text')], [one]]) || mayContain(filter, [[one]]), text).toBe(true);
    }
  });

  test('denies most of what no line contains', () => {
    const random = prng();
    const filter = gramFilterOf(Buffer.from(randomLines(random, 600).join(''))) as Uint8Array;
    const absent = Array.from({ length: 500 }, () => `zq${random.int(1e9).toString(36)}xw${random.int(1e9)}`);
    const passed = absent.filter((text) => mayContain(filter, [[needle(text)]]));
    expect(passed.length, `SEED=${random.seed}`).toBeLessThan(25);
  });

  test('denies a list only when it denies all of it, and everything when it denies one list', () => {
    const filter = gramFilterOf(Buffer.from('order paid '.repeat(1000))) as Uint8Array;
    const [there, absent] = [[needle('order')], [needle('refund')]];
    expect(mayContain(filter, [there])).toBe(true);
    expect(mayContain(filter, [[...absent, ...there]])).toBe(true);
    expect(mayContain(filter, [there, absent])).toBe(false);
  });

  test('knows nothing of needles below four bytes, nor of letters that have other forms beyond ASCII', () => {
    const filter = gramFilterOf(Buffer.from('order paid '.repeat(1000))) as Uint8Array;
    for (const one of [needle('zzz'), needle(''), needle('kiki', true), needle('s\u{17f}sk', true)])
      expect(mayContain(filter, [[one]])).toBe(true);
    expect(mayContain(filter, [[needle('kiki')]])).toBe(false);
  });

  test('is not made for few lines, nor for noise', () => {
    expect(gramFilterOf(Buffer.from('order paid '.repeat(100)))).toBeNull();
    expect(gramFilterOf(prng().bytes(256 * 1024))).toBeNull();
  });
});

describe('a block with a filter', () => {
  const rows = randomLines(prng(1), 600).map((line, i) => ({ ns: BigInt(i), line: Buffer.from(line), metadata: {} }));
  const read = async (needles: ColumnNeeds['needles']): Promise<number> => {
    await codecsReady();
    const batch = batchOfRows(rows);
    const block = withIndexes(encodeBlock(batch, codecNamed('zstd')), batch.lines, null, codecNamed('zstd'));
    return decodeBlock(block, { lines: 'bytes', metadata: 'all', ...(needles !== undefined && { needles }) }).count;
  };

  test('is read as empty when no line can contain what is looked for, else whole', async () => {
    expect(await read([[needle('zzqx-not-here')]])).toBe(0);
    expect(await read([[needle('redis', true)]])).toBe(600);
    expect(await read(undefined)).toBe(600);
  });

  test('answers as without one, whatever is looked for', async () => {
    await codecsReady();
    const random = prng();
    const stream = Labels.from({ app: 'a' });
    let passedOver = 0;
    for (let i = 0; i < 400; i++) {
      const lines = randomLines(random, 400);
      const batch = batchOfRows(lines.map((line, k) => ({ ns: BigInt(k), line: Buffer.from(line), metadata: {} })));
      const block = withIndexes(encodeBlock(batch, codecNamed('none')), batch.lines, null, codecNamed('none'));
      const text = (): string => {
        const line = random.pick(lines);
        const from = random.int(line.length - 6);
        const part = line.slice(from, from + 4 + random.int(8)).toWellFormed();
        return JSON.stringify(random.pick([part, part, `${part}9`, part.toUpperCase(), 'kſs', 'İnfo']));
      };
      const expression = (): string => {
        const [a, b] = [text(), text()].map((quoted) => escapeRegex(JSON.parse(quoted) as string));
        const any = random.pick(['[0-9]', '[4-6]+', '[a-dS]', '.', '(k|s)']);
        return JSON.stringify(
          random.pick(['', '(?i)']) + random.pick([`${a}${any}`, `${any}${b}`, `(${a}|${b})${any}`]),
        );
      };
      const filters = [
        `|~ ${expression()}`,
        `!~ ${expression()}`,
        `|= ${text()}`,
        `|= ${text()} or ${text()}`,
        `|~ "(?i)" + ${text()}`,
        `!= ${text()}`,
        `|> "<_>redis<_>"`,
      ];
      const query = `{app="a"} ${random.pick(filters)} ${random.pick(filters)}`.replace(/"\(\?i\)" \+ "/g, '"(?i)');
      const rowsOf = (prefilter: boolean): number[] => {
        const found: number[] = [];
        const pipeline = compilePipeline(parseLogExpr(query), { prefilter }).forStream(stream);
        const read = decodeBlock(block, pipeline.needs);
        if (read.count === 0) passedOver++;
        const all = Uint32Array.from({ length: read.count }, (_, k) => k);
        pipeline.run(read, all, read.count, (row) => found.push(row) > 0);
        return found;
      };
      expect(rowsOf(true), `SEED=${random.seed}: ${query}`).toEqual(rowsOf(false));
    }
    expect(passedOver).toBeGreaterThan(20);
  });
});
