/** Real clients, unmodified, against a whole server. */
import { logs as otelApi, SeverityNumber } from '@opentelemetry/api-logs';
import { OTLPLogExporter as OtlpJson } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as OtlpProto } from '@opentelemetry/exporter-logs-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import pino from 'pino';
import { pinoLoki } from 'pino-loki';
import snappy from 'snappyjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import winston from 'winston';
import LokiTransport from 'winston-loki';
import { type Fixture, startServer } from '../../src/testing/fixture.js';

let skald: Fixture;
beforeAll(async () => {
  skald = await startServer();
});
afterAll(() => skald.stop());

/** Asks until the query yields `count` lines: clients send when they please. */
async function linesOf(query: string, count: number): Promise<string[]> {
  for (let i = 0; ; i++) {
    const lines = await skald.lines(query);
    if (lines.length >= count || i === 200) return lines;
    await new Promise((r) => setTimeout(r, 25));
  }
}

describe('winston-loki', () => {
  for (const [name, options] of [
    ['in batches of JSON', { batching: true, interval: 1, json: true }],
    ['in batches of protobuf', { batching: true, interval: 1, json: false }],
    ['one by one', { batching: false, json: true }],
  ] as const) {
    test(`sends its lines ${name}`, async () => {
      const app = `winston ${name}`;
      const transport = new LokiTransport({
        host: skald.url,
        labels: { app },
        format: winston.format.simple(),
        ...options,
      });
      const logger = winston.createLogger({ level: 'debug', transports: [transport] });
      for (let i = 0; i < 5; i++) logger.info(`order ${i} paid`);
      logger.error('payment failed', { labels: { module: 'billing' } });
      const lines = await linesOf(`{app="${app}"}`, 6);
      expect(lines.filter((l) => l.includes('order')).length).toBe(5);
      expect(await linesOf(`{app="${app}", module="billing"} |= "payment failed"`, 1)).toHaveLength(1);
      transport.close?.();
    });
  }
});

describe('pino-loki', () => {
  for (const [name, batching] of [
    ['in batches', { interval: 1 }],
    ['one by one', false],
  ] as const) {
    test(`sends its lines ${name}`, async () => {
      const app = `pino ${name}`;
      const stream = pinoLoki({ host: skald.url, labels: { app }, batching, replaceTimestamp: false });
      const logger = pino({ level: 'debug' }, stream);
      for (let i = 0; i < 5; i++) logger.info({ order: i }, 'paid');
      const lines = await linesOf(`{app="${app}"} | json | msg="paid" | order >= 0`, 5);
      expect(lines.map((l) => JSON.parse(l).order).sort()).toEqual([0, 1, 2, 3, 4]);
      stream.end();
    });
  }
});

describe('OpenTelemetry', () => {
  for (const [name, Exporter] of [
    ['JSON', OtlpJson],
    ['protobuf', OtlpProto],
  ] as const) {
    test(`exports its records as ${name}`, async () => {
      const service = `otel-${name.toLowerCase()}`;
      const provider = new LoggerProvider({
        resource: resourceFromAttributes({ 'service.name': service, 'host.name': 'laptop' }),
        processors: [new BatchLogRecordProcessor({ exporter: new Exporter({ url: `${skald.url}/otlp/v1/logs` }) })],
      });
      const logger = provider.getLogger('shop', '1.2.3');
      logger.emit({
        severityNumber: SeverityNumber.WARN,
        severityText: 'WARN',
        body: 'stock is low',
        attributes: { sku: 'a1' },
      });
      await provider.forceFlush();
      const { result } = await skald.query(`{service_name="${service}"}`, { direction: 'forward' });
      expect(result).toHaveLength(1);
      expect(result[0].values[0][1]).toBe('stock is low');
      expect(result[0].stream).toMatchObject({
        service_name: service,
        host_name: 'laptop',
        sku: 'a1',
        scope_name: 'shop',
        detected_level: 'warn',
      });
      await provider.shutdown();
      otelApi.disable();
    });
  }
});

describe('Promtail', () => {
  test('sends snappy-compressed protobuf', async () => {
    const now = Date.now();
    const body = snappy.compress(
      pushRequest('{app="promtail", filename="/var/log/x"}', [
        [now, 'first'],
        [now + 1, 'second'],
      ]),
    );
    const answer = await fetch(`${skald.url}/loki/api/v1/push`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf', 'user-agent': 'promtail/2.9.0' },
      body,
    });
    expect(answer.status).toBe(204);
    expect(await skald.lines('{app="promtail"}')).toEqual(['first', 'second']);
  });
});

/** logproto.PushRequest by hand: streams = 1 { labels = 1, entries = 2 { timestamp = 1 { seconds = 1, nanos = 2 }, line = 2 } } */
function pushRequest(labels: string, entries: readonly (readonly [ms: number, line: string])[]): Buffer {
  const varint = (n: number): number[] => (n > 127 ? [(n % 128) | 128, ...varint(Math.floor(n / 128))] : [n]);
  const field = (no: number, data: Buffer) => Buffer.concat([Buffer.from([no * 8 + 2, ...varint(data.length)]), data]);
  const entry = ([ms, line]: readonly [number, string]) =>
    field(
      2,
      Buffer.concat([
        field(1, Buffer.from([8, ...varint(Math.floor(ms / 1000)), 16, ...varint((ms % 1000) * 1e6)])),
        field(2, Buffer.from(line)),
      ]),
    );
  return field(1, Buffer.concat([field(1, Buffer.from(labels)), ...entries.map(entry)]));
}
