/** Names of labels: Loki's own, and how a key of a line becomes one. */

export const errorLabel = '__error__';
export const errorDetailsLabel = '__error_details__';
export const preserveErrorLabel = '__preserve_error__';
/** The ending of a parsed label whose name the stream or the metadata has already. */
export const duplicateSuffix = '_extracted';

export const isSpecialLabel = (name: string): boolean =>
  name === errorLabel || name === errorDetailsLabel || name === preserveErrorLabel;

/** unicode.IsSpace, which differs from String.prototype.trim in U+0085 and U+FEFF. */
const spaceAround =
  /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+|[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/g;
const illegal = /[^A-Za-z0-9_]/gu;
const legalName = /^[A-Za-z_][A-Za-z0-9_]*$/;

export const trimGoSpace = (text: string): string => text.replace(spaceAround, '');

/** '' when nothing is left of the key. A leading digit gets an underscore in front. */
export function sanitiseLabelName(key: string): string {
  if (legalName.test(key)) return key;
  const trimmed = trimGoSpace(key);
  if (trimmed === '') return '';
  const head = /^[0-9]/.test(trimmed) ? '_' : '';
  return head + trimmed.replace(illegal, '_');
}

/** The part of a flattened name that one key of the path gives; only the first part gets an underscore before a digit. */
export function appendSanitised(prefix: string, key: string): string {
  const trimmed = trimGoSpace(key);
  if (trimmed === '') return prefix;
  const separator = prefix === '' ? '' : '_';
  const digit = prefix === '' && /^[0-9]/.test(trimmed) ? '_' : '';
  return prefix + separator + digit + trimmed.replace(illegal, '_');
}
