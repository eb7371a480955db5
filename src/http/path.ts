/** Paths as the routes know them: without the configured prefix, and with Grafana's doubled one taken once. */

const api = '/loki/api/v1';
/** No route is called so. */
const nowhere = '/.outside-of-the-path-prefix';

/** Takes the URL of a request (path and query) to the one that is routed. */
export function localPath(prefix: string): (url: string) => string {
  const before = prefix.replace(/\/+$/, '');
  return (url) => {
    let local = url;
    if (before !== '') {
      if (!url.startsWith(before)) return nowhere;
      local = url.slice(before.length);
      if (!/^[/?]/.test(local)) return local === '' ? '/' : nowhere;
    }
    // Loki's router looks at the path when it is decoded: a slash in a label's name divides like any other.
    local = local.replace(/^[^?]*/, (path) => path.replace(/%2f/gi, '/'));
    // Grafana 12.3.1 was seen to send /loki/api/v1/loki/api/v1/labels.
    return local.startsWith(`${api}${api}/`) ? local.slice(api.length) : local;
  };
}

/** The path without empty, `.` and `..` segments, to which Loki's router redirects; null when it has none. */
export function cleanPath(path: string): string | null {
  if (!/\/(?:\/|\.\.?(?:\/|$))/.test(path)) return null;
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  return `/${kept.join('/')}${path.endsWith('/') && kept.length > 0 ? '/' : ''}`;
}
