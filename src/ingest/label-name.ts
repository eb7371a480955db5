/** Names as OTLP's translation to Prometheus makes them, which Loki applies to all structured metadata. */
import { badPush } from './push/push-error.js';

/**
 * Anything but letters and digits becomes `_`, and a run of those one `_`; a leading digit gets `key_` in front; names
 * in double underscores keep them. Throws ApiError when no name is left.
 */
export function sanitizeLabelName(name: string): string {
  if (name === '') throw badPush('label name is empty');
  if (usual.test(name)) return name;
  const isReserved = name.length >= 4 && name.startsWith('__') && name.endsWith('__');
  const inner = (isReserved ? name.slice(2, -2) : name).replace(/[^A-Za-z0-9]+/g, '_');
  const clean = isReserved ? `__${inner}__` : inner;
  const named = /^[0-9]/.test(clean) ? `key_${clean}` : clean;
  if (/^_*$/.test(named)) {
    throw badPush(
      `normalization for label name ${JSON.stringify(name)} resulted in invalid name ${JSON.stringify(named)}`,
    );
  }
  return named;
}

/** Names that stay as they are: no digit first, no two underscores together. */
const usual = /^_?[A-Za-z]([A-Za-z0-9]|_(?!_))*$/;
