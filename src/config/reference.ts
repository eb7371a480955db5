/** docs/CONFIGURATION.md, from the tables. */
import { type KnownBlock, knownKeys } from './known-keys.js';
import { movedKeys } from './moved-keys.js';
import type { Option } from './option.js';
import { insteadOf } from './replacements.js';
import { allOptions } from './settings.js';
import { unusedBecause } from './unused-options.js';
import { yamlText } from './yaml-text.js';

const intro = `# Configuration

<!-- Written by \`npm run docs\` from src/config/: change it there. -->

skald takes Loki's own YAML, of 2.9 and of 3.7, and Loki's flags:

    skald -config.file=loki.yml -server.http-listen-port=3200

Flags go before the file, the file before the defaults. A flag has one dash or two; its value follows \`=\` or is the next
word; a boolean one may stand alone. \`-help\` lists them.

- **Without a file** everything has its default, but \`auth_enabled\` is false, data lies in \`./data\`, and the limits are
  generous: lines of any time are taken (\`-print-config-stderr -verify-config\` shows the values).
- **With a file** what it leaves out is as in Loki 3.7; \`auth_enabled\` is true then.
- **A key that Loki knows and that has no effect here** is accepted, checked for its type, and named once in the log, with
  what there is instead. **A key that Loki does not know** stops the start with file, line and the nearest key.
- \`-config.expand-env=true\` expands \`\${NAME}\`, \`\${NAME:-default}\` and the other forms that Loki takes; \`$$\` is a dollar sign.
- \`-config.file=a.yml,b.yml\` reads the first that exists. \`-verify-config\` checks and exits; \`-print-config-stderr\` and the
  route \`/config\` (\`?mode=diff\`, \`?mode=defaults\`) show what runs, secrets masked.
- **Durations** are spelled as in Go or in Prometheus, whatever the key: \`90s\`, \`1h30m\`, \`7d\`. **Sizes** are whole numbers with
  a unit of 1024s: \`256KB\`, \`4MB\`.
- **Exit codes**: 0 all well, 1 a configuration that is refused or a start that failed, 2 a wrong command line.

## Where data lies

The data folder is \`common.path_prefix\`; without it, the folder that holds the chunks' folder; without that, \`./data\`. It
holds \`LOCK\`, \`VERSION\` and \`index.db\`, and below it what has no place of its own:

| what | place |
|---|---|
| write-ahead log | \`ingester.wal.dir\`, else \`wal\` in the data folder |
| packs of chunks | \`storage_config.filesystem.directory\`, else \`common.storage.filesystem.chunks_directory\`, else \`chunks\` |
| rules | \`ruler.storage.local.directory\`, else \`common.storage.filesystem.rules_directory\`, else \`rules\` |
| work in progress | \`compactor.working_directory\`, else \`compactor\` |
`;

export function configurationPage(): string {
  const parts = [intro, '\n## Options'];
  let section = '';
  for (const [key, option] of allOptions()) {
    const name = key.includes('.') ? (key.split('.')[0] as string) : 'at the top';
    if (name !== section) {
      section = name;
      parts.push(`\n\n### ${name}\n\n| key | type | default | flag | |\n|---|---|---|---|---|`);
    }
    parts.push(
      `\n| ${[code(key.includes('.') ? key.slice(name.length + 1) : key), option.kind.name, initial(option), flag(option), cell(meaning(key, option))].join(' | ')} |`,
    );
  }
  parts.push('\n\n## Overrides for single tenants\n\n', overrides);
  parts.push('\n## Keys of Loki 2.9 that are read as newer ones\n\n| key | read as |\n|---|---|');
  for (const [from, to] of Object.entries(movedKeys)) parts.push(`\n| ${code(from)} | ${code(to)} |`);
  parts.push(
    '\n\n## Keys of Loki without effect\n\nA block stands for all that is in it.\n\n| key | what there is instead |\n|---|---|',
  );
  for (const key of blocks(knownKeys()))
    if (movedKeys[key] === undefined) parts.push(`\n| ${code(key)} | ${insteadOf(key)} |`);
  return `${parts.join('')}\n`;
}

const overrides = `The file of \`runtime_config.file\` has limits of single tenants, in the words of \`limits_config\`, and is read again when it
changes:

    overrides:
      team-a:
        ingestion_rate_mb: 20
        retention_period: 30d
`;

const effective = new Set(
  [...allOptions()].flatMap(([key]) => key.split('.').map((_, i, steps) => steps.slice(0, i + 1).join('.'))),
);

/** A key, or the whole block when nothing in it has an effect. */
function* blocks(block: KnownBlock, prefix = ''): Generator<string> {
  for (const [name, type] of [...block].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const key = prefix + name;
    if (typeof type === 'function' && effective.has(key)) yield* blocks(type(), `${key}.`);
    else yield key;
  }
}

/** With what there is to say of an option that has no effect yet. */
function meaning(key: string, option: Option<unknown>): string {
  const unused = unusedBecause(key);
  return unused === null ? option.help : `**No effect: ${unused.why}.** ${option.help}`;
}

const code = (text: string): string => `\`${text}\``;
const cell = (text: string): string => text.replaceAll('|', '\\|');
const flag = (option: Option<unknown>): string => (option.flag === '' ? '' : code(`-${option.flag}`));

function initial(option: Option<unknown>): string {
  const shown = option.kind.print(option.initial);
  if (shown === '' || (Array.isArray(shown) && shown.length === 0)) return '';
  if (Array.isArray(shown)) return shown.map((item) => code(String(item))).join(' ');
  return code(typeof shown === 'object' ? JSON.stringify(shown) : yamlText(shown).trim());
}
