import { expect, test } from 'vitest';
import { compilePipeline } from '../../src/logql/pipeline/pipeline.js';
import type { LogExpr } from '../../src/logql/syntax/ast.js';
import { parseExpr } from '../../src/logql/syntax/parser.js';
import { Labels } from '../../src/model/labels.js';
import type { TenantId } from '../../src/model/tenant.js';
import { Drain } from '../../src/patterns/drain.js';
import { MessageFields, type MessageHabit, messageFieldNames, type Span } from '../../src/patterns/message.js';
import { PatternStore } from '../../src/patterns/pattern-store.js';
import { batchOfRows } from '../helpers/batches.js';
import { prng } from '../helpers/prng.js';

const names = ['log', 'message', 'msg', 'msg_', '_msg', 'content'];
const messageLimits = {
  pattern_ingester_tokenizable_json_fields_default: names,
  pattern_ingester_tokenizable_json_fields_append: [],
  pattern_ingester_tokenizable_json_fields_delete: [],
};
const limits = { clustersMax: 300, lineBytesMax: 3000, keptMs: 3_600_000, limitsFor: () => messageLimits };
const tenant = 't' as TenantId;
const labels = Labels.from({ app: 'a' });

function messageOf(line: string, habit: MessageHabit = { lastField: -1 }, fields = names): string | null {
  const bytes = Buffer.from(line);
  const span: Span = { start: 0, end: bytes.length };
  return new MessageFields(fields).narrow(bytes, span, habit) ? bytes.toString('utf8', span.start, span.end) : null;
}

test.each([
  ['{"level":"info","msg":"order 1 paid","x":1}', 'order 1 paid'],
  ['{"level":"info", "message" : "said \\"no\\" twice"}', 'said \\"no\\" twice'],
  ['{"msg":"later in the list","message":"earlier in it"}', 'earlier in it'],
  ['{"a":{"msg":"inside"},"b":[{"msg":"inside"}],"c":true,"msg":"outside"}', 'outside'],
  ['{"msg":1,"content":"text"}', 'text'],
  ['{"msgs":"no"}', null],
  ['{"msg":"cut off', null],
  ['{"msg"', null],
  ['{"msg":"good","broken', 'good'],
  ['{}', null],
])('the message of %s', (line, message) => {
  expect(messageOf(line)).toBe(message);
});

test.each([
  ['{"a":1,"msg":"order 2 paid"}', 'order 2 paid'],
  ['{"a":1,"msg":"said \\"no\\" twice"}', 'said \\"no\\" twice'],
  ['{"a":1,"msg":"a quote at the end \\""}', 'a quote at the end \\"'],
  ['{"msg":"first and last"}', 'first and last'],
  ['{"msg":"first","a":"b"}', 'first'],
  ['{"a":1,"xmsg":"no"}', null],
  ['{"a":"x\\"msg\\":","log":"yes"}', 'yes'],
  ['"}', null],
])('the message of %s after a line that ended with it', (line, message) => {
  const habit = { lastField: -1 };
  expect(messageOf('{"a":1,"msg":"order 1 paid"}', habit)).toBe('order 1 paid');
  expect(habit.lastField).toBe(names.indexOf('msg'));
  expect(messageOf(line, habit)).toBe(message);
});

test('the limits say which fields hold a message', () => {
  const fields = messageFieldNames({
    pattern_ingester_tokenizable_json_fields_default: ['log', 'msg'],
    pattern_ingester_tokenizable_json_fields_append: ['event', 'msg'],
    pattern_ingester_tokenizable_json_fields_delete: ['log'],
  });
  expect(fields).toEqual(['msg', 'event']);
});

const patternsOf = (lines: readonly string[]): string[] => {
  const store = new PatternStore(limits);
  const rows = lines.map((line) => ({ ns: 1_700_000_000_000_000_000n, line: Buffer.from(line), metadata: {} }));
  store.append(tenant, labels, batchOfRows(rows));
  return store.query(tenant, () => true, 0, 2_000_000_000, 10).map(({ pattern }) => pattern);
};

test('JSON lines count by their message; a pattern says that there is more around it', () => {
  const line = (n: number) => `{"ts":${n},"msg":"order ${n} was paid"}`;
  expect(patternsOf([line(1), line(2), '{"no":"message in this one"}', '{broken, as it is}'])).toEqual([
    '<_>order <_> was paid<_>',
  ]);
});

test('a line that is too long is left out', () => {
  expect(patternsOf(['four words are enough', 'four words are enough'.repeat(200)])).toEqual(['four words are enough']);
});

test('patterns match the lines that they are made of', () => {
  const random = prng();
  const words = ['paid', 'order', '22', 'x1', 'a=b', '[7]', '"quoted"', 'ä', 'key: 3', '', '(5 ms)', '-', '/a/7.txt'];
  for (let i = 0; i < 300; i++) {
    const text = Array.from({ length: 2 + random.int(9) }, () => random.pick(words)).join(' ');
    const line = random.pick([text, JSON.stringify({ level: 'info', n: i, msg: text })]);
    for (const pattern of patternsOf([line])) {
      const query = `{app="a"} |> ${JSON.stringify(pattern)}`;
      const found: number[] = [];
      const pipeline = compilePipeline(parseExpr(query) as LogExpr).forStream(labels);
      const batch = batchOfRows([{ ns: 0n, line: Buffer.from(line), metadata: {} }]);
      pipeline.run(batch, Uint32Array.of(0), 1, (row) => found.push(row) > 0);
      expect(found.length, `SEED=${random.seed}: ${query} on ${line}`).toBe(1);
    }
  }
});

test('what is remembered of shapes changes no pattern and no count', () => {
  const random = prng();
  const words = ['paid', 'order', 'x1', '22', '7', 'a…1', 'b…1', 'é', 'key=v', 'key=9', '(a)', '(8)', '<_>', 'von 3'];
  const store = new PatternStore(limits);
  const ofLines = new Drain(limits);
  const ofMessages = new Drain(limits, true);
  for (let push = 0; push < 300; push++) {
    const seconds = 1_700_000_000 + push * 5;
    const texts = Array.from({ length: 1 + random.int(20) }, () => {
      const text = Array.from({ length: random.int(9) }, () => random.pick(words));
      return text.join(random.pick([' ', ', ', '  ']));
    });
    const lines = texts.map((text) => {
      const isMessage = random.int(2) === 0;
      (isMessage ? ofMessages : ofLines).train(text, seconds - (seconds % 10));
      return isMessage ? `{"level":"info","msg":"${text}"}` : text;
    });
    const rows = lines.map((line) => ({ ns: BigInt(seconds) * 1_000_000_000n, line: Buffer.from(line), metadata: {} }));
    store.append(tenant, labels, batchOfRows(rows));
  }
  const expected = new Map<string, Map<number, number>>();
  for (const { pattern, counts } of [...ofLines.clusters(), ...ofMessages.clusters()]) {
    const sums = expected.get(pattern) ?? new Map<number, number>();
    for (const [at, n] of counts) sums.set(at, (sums.get(at) ?? 0) + n);
    expected.set(pattern, sums);
  }
  const found = store.query(tenant, () => true, 0, 2_000_000_000, 10);
  const counted = new Map(found.map(({ pattern, samples }) => [pattern, new Map(samples)]));
  expect(counted, `SEED=${random.seed}`).toEqual(expected);
});
