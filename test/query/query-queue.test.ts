import { expect, test } from 'vitest';
import { QueryQueue } from '../../src/query/query-queue.js';

const never = new AbortController().signal;
const settle = () => new Promise((r) => setImmediate(r));

test('so many run at a time, the next when one ends', async () => {
  const queue = new QueryQueue(2, 10);
  const [endA] = [await queue.enter(['a'], never), await queue.enter(['a'], never)];
  let third = false;
  const waiting = queue.enter(['a'], never).then((end) => {
    third = true;
    return end;
  });
  await settle();
  expect(third).toBe(false);
  endA();
  endA();
  await waiting;
  expect(third).toBe(true);
});

test('tenants take turns', async () => {
  const queue = new QueryQueue(1, 10);
  let end = await queue.enter(['a'], never);
  const order: string[] = [];
  const all = ['a1', 'a2', 'a3', 'b1'].map((name) =>
    queue.enter([name[0] as string], never).then((done) => {
      order.push(name);
      end = done;
    }),
  );
  for (let i = 0; i < 4; i++) {
    end();
    await settle();
  }
  await Promise.all(all);
  expect(order).toEqual(['a1', 'b1', 'a2', 'a3']);
});

test("too many that wait are refused with Loki's words", async () => {
  const queue = new QueryQueue(1, 1);
  await queue.enter(['a'], never);
  void queue.enter(['a'], never);
  await expect(queue.enter(['a'], never)).rejects.toMatchObject({
    status: 429,
    message: 'too many outstanding requests',
  });
});

test('one that is cancelled leaves the queue', async () => {
  const queue = new QueryQueue(1, 1);
  const end = await queue.enter(['a'], never);
  const gone = new AbortController();
  const cancelled = queue.enter(['a'], gone.signal);
  gone.abort(new Error('client gone'));
  await expect(cancelled).rejects.toThrow('client gone');
  const next = queue.enter(['a'], never);
  end();
  await next;
});
