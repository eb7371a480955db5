/** The text of a configuration file → the values that it sets. */
import { type Checked, check } from './check.js';
import { knownKeys } from './known-keys.js';
import { tableRetention } from './moved-keys.js';
import { options } from './options.js';
import type { Problem } from './read-yaml.js';

/** A configuration that is refused. `message` is for the user, and names the file, the lines and the keys. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Throws ConfigError with all that is wrong. `envHint`: whether to point at -config.expand-env where that may help. */
export async function readConfig(
  text: string,
  file: string,
  { envHint }: { readonly envHint: boolean },
): Promise<Checked> {
  const { readYaml } = await import('./read-yaml.js');
  const { raw, problems } = readYaml(text);
  if (problems.length === 0) {
    const checked = await check(raw, options, knownKeys);
    if (checked.problems.length === 0) {
      tableRetention(checked.values);
      return checked;
    }
    problems.push(...checked.problems);
  }
  const hint =
    envHint && /\$\{/.test(text) ? '\nuse -config.expand-env=true to expand environment variables in the file' : '';
  throw new ConfigError(problemText(file, problems) + hint);
}

/** `file: line 3: …`, or each problem on a line of its own when there are several. */
export function problemText(file: string, problems: readonly Problem[]): string {
  const rows = [...problems].sort((a, b) => a.line - b.line).map(({ line, message }) => `line ${line}: ${message}`);
  return rows.length === 1 ? `${file}: ${rows[0]}` : `${file}:${rows.map((row) => `\n  ${row}`).join('')}`;
}
