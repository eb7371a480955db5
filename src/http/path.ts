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
    // Grafana 12.3.1 was seen to send /loki/api/v1/loki/api/v1/labels.
    return local.startsWith(`${api}${api}/`) ? local.slice(api.length) : local;
  };
}
