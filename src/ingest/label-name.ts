/** Names as OTLP's translation to Prometheus makes them, which Loki applies to all structured metadata. */
import { ApiError } from '../errors.js';
import { quoteGo } from '../model/labels.js';

/**
 * Anything but letters and digits becomes `_`, and a run of those one `_`; a leading digit gets `key_` in front; names
 * in double underscores keep them. Throws ApiError when no name is left:
 * of 500, as Loki, which blames itself for it.
 */
export function sanitizeLabelName(name: string): string {
  if (name === '') throw new ApiError('internal', 'label name is empty');
  if (usual.test(name)) return name;
  const isReserved = name.length >= 4 && name.startsWith('__') && name.endsWith('__');
  const inner = (isReserved ? name.slice(2, -2) : name).replace(/[^A-Za-z0-9]+/g, '_');
  const clean = isReserved ? `__${inner}__` : inner;
  const named = /^[0-9]/.test(clean) ? `key_${clean}` : clean;
  if (/^_*$/.test(named)) {
    throw new ApiError(
      'internal',
      `normalization for label name ${quoteGo(name)} resulted in invalid name ${quoteGo(named)}`,
    );
  }
  return named;
}

/** Names that stay as they are: no digit first, no two underscores together. */
const usual = /^_?[A-Za-z]([A-Za-z0-9]|_(?!_))*$/;
