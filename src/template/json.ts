/** fromJson: JSON as Go's encoding/json decodes it into an interface {}. */
import { type Concrete, Interface, mapOf, sliceOf } from './values.js';

/** What does not parse is nil. */
export function fromJson(text: string): Interface {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (e) {
    if (e instanceof SyntaxError) return new Interface(undefined);
    throw e;
  }
  return new Interface(toValue(parsed));
}

function toValue(json: unknown): Concrete | undefined {
  if (typeof json === 'string') return json.toWellFormed();
  if (typeof json === 'boolean') return json;
  // A number beyond float64 is an error that leaves nil behind.
  if (typeof json === 'number') return Number.isFinite(json) ? json : undefined;
  if (Array.isArray(json)) return sliceOf(json.map(toValue));
  if (json === null || typeof json !== 'object') return undefined;
  return mapOf(new Map(Object.entries(json).map(([key, value]) => [key.toWellFormed(), toValue(value)])));
}
