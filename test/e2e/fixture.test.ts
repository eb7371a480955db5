/** The fixture as a user's test suite has it. */
import { afterEach, expect, test } from 'vitest';
import { type Fixture, startServer } from '../../src/testing/fixture.js';
import { scratchFolder } from '../helpers/server-process.js';

const open: Fixture[] = [];
const start = async (...args: Parameters<typeof startServer>): Promise<Fixture> => {
  const fixture = await startServer(...args);
  open.push(fixture);
  return fixture;
};
afterEach(async () => {
  for (const fixture of open.splice(0)) await fixture.stop();
});

test('a line is read back at once', async () => {
  const skald = await start();
  await skald.push({ app: 'shop' }, ['order 1 paid', 'order 2 failed']);
  expect(await skald.lines('{app="shop"} |= "paid"')).toEqual(['order 1 paid']);
});

test('a metric query is answered at the end', async () => {
  const skald = await start();
  await skald.push({ app: 'shop' }, ['a', 'b', 'c']);
  const { resultType, result } = await skald.query('sum(count_over_time({app="shop"}[1h]))');
  expect(resultType).toBe('vector');
  expect(result[0].value[1]).toBe('3');
});

test('lines keep the time and the metadata that they are given', async () => {
  const skald = await start();
  const at = new Date('2020-02-02T02:02:02Z');
  await skald.push({ app: 'old' }, [{ line: 'long ago', at, metadata: { trace: 't1' } }]);
  const { result } = await skald.query('{app="old"} | trace="t1"');
  expect(result[0].values).toEqual([[`${at.getTime()}000000`, 'long ago']]);
});

test('several run side by side and know nothing of each other', async () => {
  const [a, b] = [await start(), await start()];
  await a.push({ app: 'a' }, ['of a']);
  expect(await b.lines('{app="a"}')).toEqual([]);
  expect(a.port).not.toBe(b.port);
});

test('reset empties it and keeps the port', async () => {
  const skald = await start();
  await skald.push({ app: 'shop' }, ['before']);
  const { url } = skald;
  await skald.reset();
  expect(await skald.lines('{app="shop"}')).toEqual([]);
  await skald.push({ app: 'shop' }, ['after']);
  expect(await skald.lines('{app="shop"}')).toEqual(['after']);
  expect(skald.url).toBe(url);
});

test('in a folder, lines outlive the server', async () => {
  const folder = scratchFolder('fixture');
  const first = await startServer({ folder: folder.path });
  await first.push({ app: 'kept' }, ['still here']);
  await first.stop();
  const second = await start({ folder: folder.path });
  expect(await second.lines('{app="kept"}')).toEqual(['still here']);
  await second.stop();
  folder.remove();
});

test('takes a Loki YAML for its limits', async () => {
  const skald = await start({ config: 'auth_enabled: false\nlimits_config: {max_line_size: 10B}\n' });
  await expect(skald.push({ app: 'shop' }, ['far too long a line'])).rejects.toThrow(/400.*exceeded/);
});

test("a bad query is an error with Loki's text", async () => {
  const skald = await start();
  await expect(skald.lines('{app=}')).rejects.toThrow(
    '400 parse error at line 1, col 6: syntax error: unexpected }, expecting STRING',
  );
});

test('is disposed of at the end of its block', async () => {
  let url = '';
  {
    await using skald = await startServer();
    url = skald.url;
    expect((await fetch(`${url}/ready`)).status).toBe(200);
  }
  await expect(fetch(`${url}/ready`)).rejects.toThrow();
});
