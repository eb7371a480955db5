/** `$1`, `${1}`, `$name`, `${name}`, `$$` in the replacement of a match, as Go's Regexp.Expand reads them. */

const reference = /\$(?:(\$)|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/gu;

export function expandReplacement(
  replacement: string,
  groups: readonly (string | null)[],
  groupNames: readonly string[],
): string {
  if (!replacement.includes('$')) return replacement;
  return replacement.replace(reference, (_, dollar?: string, bare?: string, braced?: string) => {
    if (dollar !== undefined) return '$';
    const name = (bare ?? braced) as string;
    if (/^[0-9]+$/.test(name)) return groups[Number(name)] ?? '';
    return groups.find((group, i) => group !== null && groupNames[i] === name) ?? '';
  });
}
