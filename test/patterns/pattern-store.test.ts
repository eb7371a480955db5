import { expect, test } from 'vitest';
import { Labels } from '../../src/model/labels.js';
import type { TenantId } from '../../src/model/tenant.js';
import { Drain } from '../../src/patterns/drain.js';
import { narrowToMessage, type Span } from '../../src/patterns/message.js';
import { PatternStore } from '../../src/patterns/pattern-store.js';
import { batchOfRows } from '../helpers/batches.js';
import { prng } from '../helpers/prng.js';

const limits = { clustersMax: 300, lineCharsMax: 3000, keptMs: 3_600_000 };
const tenant = 't' as TenantId;
const labels = Labels.from({ app: 'a' });

const messageOf = (line: string): string => {
  const bytes = Buffer.from(line);
  const span: Span = { start: 0, end: bytes.length };
  narrowToMessage(bytes, span);
  return bytes.toString('utf8', span.start, span.end);
};

test.each([
  ['{"level":"info","msg":"order 1 paid","x":1}', 'order 1 paid'],
  ['{"level":"info", "message" : "said \\"no\\" twice"}', 'said \\"no\\" twice'],
  ['{"msgs":"no","event":"yes"}', 'yes'],
  ['{"msg":1,"content":"text"}', 'text'],
  ['{"msg":"cut off', '{"msg":"cut off'],
  ['{"msg"', '{"msg"'],
  ['{"a":"b"}', '{"a":"b"}'],
  ['level=info msg="x"', 'level=info msg="x"'],
])('the message of %s', (line, message) => {
  expect(messageOf(line)).toBe(message);
});

test('what is remembered of shapes changes no pattern and no count', () => {
  const random = prng();
  const words = ['paid', 'order', 'x1', '22', '7', 'a…1', 'b…1', 'é', 'key=v', 'key=9', '(a)', '(8)', '<_>', 'von 3'];
  const store = new PatternStore(limits);
  const alone = new Drain(limits);
  for (let push = 0; push < 300; push++) {
    const seconds = 1_700_000_000 + push * 5;
    const texts = Array.from({ length: 1 + random.int(20) }, () => {
      const text = Array.from({ length: random.int(9) }, () => random.pick(words));
      return text.join(random.pick([' ', ', ', '  ']));
    });
    const lines = texts.map((text) => (random.int(2) === 0 ? text : `{"level":"info","msg":"${text}"}`));
    const rows = lines.map((line) => ({ ns: BigInt(seconds) * 1_000_000_000n, line: Buffer.from(line), metadata: {} }));
    store.append(tenant, labels, batchOfRows(rows));
    for (const text of texts) alone.train(text, seconds - (seconds % 10));
  }
  const expected = new Map<string, Map<number, number>>();
  for (const { pattern, counts } of alone.clusters()) {
    const sums = expected.get(pattern) ?? new Map<number, number>();
    for (const [at, n] of counts) sums.set(at, (sums.get(at) ?? 0) + n);
    expected.set(pattern, sums);
  }
  const found = store.query(tenant, () => true, 0, 2_000_000_000, 10);
  const counted = new Map(found.map(({ pattern, samples }) => [pattern, new Map(samples)]));
  expect(counted, `SEED=${random.seed}`).toEqual(expected);
});
