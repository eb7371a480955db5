/** What -help prints: every flag with its type, meaning and default. */
import { ownFlags } from './flags.js';
import { kinds } from './option.js';
import { allOptions } from './settings.js';

export function usage(): string {
  const rows: (readonly [flag: string, text: string])[] = Object.entries(ownFlags).map(([flag, [kind, help]]) => [
    flag,
    `  -${flag}${kind === 'text' ? ' string' : ''}\n    \t${help}`,
  ]);
  for (const [key, { flag, kind, initial, help }] of allOptions()) {
    if (flag === '') continue;
    const shown = kind.print(initial);
    const isZero =
      shown === '' ||
      shown === 0 ||
      shown === false ||
      shown === '0s' ||
      shown === '0B' ||
      (Array.isArray(shown) && shown.length === 0);
    const value = Array.isArray(shown)
      ? shown.join(',')
      : typeof shown === 'string' && kind.name === 'string'
        ? JSON.stringify(shown)
        : String(shown);
    rows.push([
      flag,
      `  -${flag}${kind === kinds.bool ? '' : ` ${kind.name.split(' ')[0]}`}\n    \t${help}${isZero ? '' : ` (default ${value})`} [${key}]`,
    ]);
  }
  rows.sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    'Usage of skald:',
    ...rows.map(([, text]) => text),
    '',
    'Flags of Loki that have no effect here are accepted, too.',
  ].join('\n');
}
