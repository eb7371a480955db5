import { expect, test } from 'vitest';
import { hasFieldColumns } from '../../../src/chunks/block.js';
import { encodedBlocks } from '../../../src/chunks/pack-reader.js';
import { dictionaryOf } from '../../../src/model/columns.js';
import type { FieldExtractor } from '../../../src/model/extracted-fields.js';
import { always, at, openWorld, pushOf, type World } from '../fixture.js';

/** Every line has a field `x`. */
const extractFields: FieldExtractor = ({ count }) => ({
  ...{ format: 'json', states: null, names: ['x'] },
  columns: [{ kind: 'texts', name: 'x', dictionary: dictionaryOf(['1']), ids: new Uint32Array(count).fill(1) }],
});

const entriesFrom = (s: number) => Array.from({ length: 100 }, (_, i) => [at(s + i), `line ${s + i}`] as const);

/** For each block of the head: has it columns? */
function columnsInHead({ ingester }: World): boolean[] {
  const rest = () => ({ lines: 'none', metadata: [] }) as const;
  const needs = { lines: 'bytes', metadata: [], fields: { format: 'json', names: ['x'], rest } } as const;
  const streams = ingester.head.select('fake', () => true, always);
  return streams.flatMap((stream) => stream.blocks().map((block) => block.read(needs).fields !== undefined));
}

const columnsInPacks = ({ index, store }: World): boolean[] =>
  index
    .select('fake', [], always)
    .flatMap(({ chunks }) => chunks.flatMap((ref) => encodedBlocks(ref, store.open(ref.pack)).map(hasFieldColumns)));

test('a sealed block gets its columns later when there is no time for them, and reads the same', async () => {
  const world = await openWorld(undefined, { extractFields, blockBytes: 500 });
  const { ingester, clock } = world;
  await ingester.append(pushOf({ app: 'a' }, entriesFrom(0)));
  await ingester.append(pushOf({ app: 'a' }, entriesFrom(100)));
  const contents = world.contents();
  await ingester.flushDue();
  expect(columnsInHead(world)).toEqual([false, false, false]);
  clock.advance(1000);
  await ingester.flushDue();
  // The last one still grows.
  expect(columnsInHead(world)).toEqual([true, true, false]);
  expect(world.contents()).toEqual(contents);
  await ingester.close();
});

test('a query that began before goes on', async () => {
  const world = await openWorld(undefined, { extractFields, blockBytes: 500 });
  await world.ingester.append(pushOf({ app: 'a' }, entriesFrom(0)));
  await world.ingester.flushDue();
  const [stream] = world.ingester.head.select('fake', () => true, always);
  const [block] = stream?.blocks() ?? [];
  world.clock.advance(1000);
  await world.ingester.flushDue();
  expect(columnsInHead(world)).toEqual([true, false]);
  expect(block?.read({ lines: 'bytes', metadata: 'all' }).count).toBe(block?.count);
  await world.ingester.close();
});

test('what is flushed because someone asks for it has all of them', async () => {
  const world = await openWorld(undefined, { extractFields });
  await world.ingester.append(pushOf({ app: 'a' }, entriesFrom(0)));
  await world.ingester.flush();
  expect(columnsInPacks(world)).toEqual([true]);
  await world.ingester.close();
});

test('what is flushed at the end has those that there was time for', async () => {
  const world = await openWorld(undefined, { extractFields, flushOnClose: true });
  await world.ingester.append(pushOf({ app: 'a' }, entriesFrom(0)));
  await world.ingester.close();
  expect(columnsInPacks(world)).toEqual([false]);
});

test('what is large enough for a pack waits for them', async () => {
  const world = await openWorld(undefined, { extractFields, blockBytes: 500, chunkTargetBytes: 1 });
  await world.ingester.append(pushOf({ app: 'a' }, entriesFrom(0)));
  await world.ingester.flushDue();
  expect(columnsInPacks(world)).toEqual([]);
  world.clock.advance(1000);
  await world.ingester.flushDue();
  expect(columnsInPacks(world)).toEqual([true]);
  await world.ingester.close();
});

test('it does not wait for longer than a minute', async () => {
  let world: World | null = null;
  const slow: FieldExtractor = (batch) => {
    world?.clock.advance(2000);
    return extractFields(batch);
  };
  world = await openWorld(undefined, { extractFields: slow, blockBytes: 500, chunkTargetBytes: 1 });
  for (let i = 0; i < 30; i++) await world.ingester.append(pushOf({ app: 'a' }, entriesFrom(100 * i)));
  world.clock.advance(50_000);
  await world.ingester.flushDue();
  expect(columnsInPacks(world)).toEqual([]);
  world.clock.advance(10_000);
  await world.ingester.flushDue();
  expect(columnsInPacks(world)).toContain(false);
  await world.ingester.close();
});

test('it does not wait when the head is half full', async () => {
  const world = await openWorld(undefined, { extractFields, blockBytes: 500, chunkTargetBytes: 1, headBytesMax: 1600 });
  await world.ingester.append(pushOf({ app: 'a' }, entriesFrom(0)));
  await world.ingester.append(pushOf({ app: 'a' }, entriesFrom(100)));
  await world.ingester.flushDue();
  expect(columnsInPacks(world)).toEqual([false, false]);
  await world.ingester.close();
});

test('an extractor that fails is told of, and keeps nothing from being flushed', async () => {
  const failing: FieldExtractor = () => {
    throw new Error('no fields today');
  };
  const world = await openWorld(undefined, { extractFields: failing });
  world.clock.advance(1000);
  await world.ingester.append(pushOf({ app: 'a' }, entriesFrom(0)));
  await expect(world.ingester.flush()).rejects.toThrow('no fields today');
  await world.ingester.flush();
  expect(columnsInPacks(world)).toEqual([false]);
  await world.ingester.close();
});
