// All questions of a run, in one list: those that are fixed, and as many random ones as asked for.
import { Random } from '../random.mjs';
import { changed } from './mutate.mjs';
import { otlpQuestions } from './otlp.mjs';
import { pathQuestions } from './paths.mjs';
import { pushQuestions, stored } from './pushes.mjs';
import { endpoints, readQuestion } from './reads.mjs';
import { tenantQuestions } from './tenants.mjs';

export function questions({ seed, run, base, at, kinds, count }) {
  const list = [];
  if (kinds.includes('push')) list.push(...pushQuestions(run, at));
  if (kinds.includes('otlp')) list.push(...otlpQuestions(run, at));
  if (kinds.includes('path')) list.push(...pathQuestions(run, at));
  if (kinds.includes('tenant')) list.push(...tenantQuestions(run, at));
  const reads = endpoints(run, base, at);
  for (let i = 0; i < count; i++) {
    const random = new Random((seed * 1_000_003 + i * 7919) >>> 0);
    if (kinds.includes('read')) list.push({ kind: 'read', steps: [readQuestion(random, reads)] });
    if (kinds.includes('mutant')) list.push(mutant(random, `${run}m${i}`, at));
  }
  return list;
}

function mutant(random, name, at) {
  const good = {
    streams: [
      {
        stream: { c: name, n: '1' },
        values: [
          [at(5), 'one'],
          [at(6), 'two', { k: 'v', l: 'w' }],
        ],
      },
    ],
  };
  const attribute = (key, value) => ({ key, value: { stringValue: value } });
  const record = {
    timeUnixNano: at(5),
    severityText: 'info',
    body: { stringValue: 'x' },
    attributes: [attribute('k', 'v')],
  };
  const otlp = {
    resourceLogs: [
      {
        resource: { attributes: [attribute('service.name', name)] },
        scopeLogs: [{ scope: { name: 's' }, logRecords: [record] }],
      },
    ],
  };
  const isOtlp = random.chance(0.3);
  const query = stored(name, at);
  if (isOtlp) query.path = query.path.replace('c%3D~', 'service_name%3D~');
  const headers = { 'content-type': 'application/json' };
  const body = Buffer.from(changed(random, isOtlp ? otlp : good));
  return {
    kind: 'mutant',
    steps: [{ method: 'POST', path: isOtlp ? '/otlp/v1/logs' : '/loki/api/v1/push', headers, body }, query],
  };
}
