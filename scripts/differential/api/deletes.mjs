// Requests to delete: good ones with one parameter changed.

export function deleteQuestions(run, at) {
  const list = [];
  const now = Math.floor(Date.now() / 1000);
  const good = { query: `{run="${run}none"}`, start: String(now - 7200), end: String(now - 3600) };
  const odd = {
    query: [
      '',
      '{',
      '{}',
      'abc',
      '{a="b"',
      '{run=~".*"}',
      `{run="${run}none"} |= "x"`,
      `{run="${run}none"} | json`,
      `{run="${run}none"} | json | level="x"`,
      `rate({run="${run}none"}[1m])`,
      '{a!="b"}',
      'vector(1)',
      `{run="${run}none"} | line_format "x"`,
      `{run="${run}none"} != "x" |~ "y"`,
      `{run="${run}none"} |~ "("`,
    ],
    start: [
      '',
      '0',
      '-1',
      '1.5',
      'abc',
      at(0),
      '2026-01-01T00:00:00Z',
      '2026-01-01',
      '2026-01-01T00:00:00+02:00',
      String(now + 100),
      String(now),
      '99999999999',
      '1e9',
      ' 1',
      '9223372036854775808',
      `${now - 7200}.5`,
      '2026-01-01T00:00:00.5Z',
      String((now - 7200) * 1000),
    ],
    end: [
      '',
      '0',
      '-1',
      '1.5',
      'abc',
      at(0),
      '2026-01-01T00:00:00Z',
      String(now - 8000),
      String(now + 1000),
      String(now),
      '99999999999',
      String(now - 7200),
      '9223372036854775808',
    ],
    max_interval: ['1h', '0', 'abc', '-1h', '25h', '1s', '30d'],
  };
  const form = (o) =>
    Object.entries(o)
      .map(([k, v]) => `${k}=${encodeURIComponent(v)}`)
      .join('&');
  for (const path of ['/loki/api/v1/delete', '/loki/api/admin/delete']) {
    const add = (step) => list.push({ kind: 'path', what: 'delete', steps: [{ shape: 'times', ...step }] });
    for (const method of ['POST', 'PUT']) {
      for (const [name, values] of Object.entries(odd)) {
        for (const value of values) add({ method, path: `${path}?${form({ ...good, [name]: value })}` });
        const { [name]: _, ...rest } = good;
        add({ method, path: `${path}?${form(rest)}` });
      }
      add({
        method,
        path,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: Buffer.from(form(good)),
      });
      add({ method, path, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(good)) });
    }
    for (const id of ['', 'x', '../x', '0', 'a'.repeat(100)]) {
      add({ method: 'DELETE', path: `${path}?request_id=${id}` });
      add({ method: 'DELETE', path: `${path}?request_id=${id}&force=true` });
      add({ method: 'DELETE', path: `${path}?request_id=${id}&force=x` });
    }
    add({ method: 'DELETE', path });
  }
  return list;
}
