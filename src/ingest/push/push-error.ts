/** What the decoders throw: a body that is not what it says. */
import { ApiError } from '../../errors.js';

export const badPush = (message: string): ApiError => new ApiError('bad-request', message);

/** Loki's words for a body above a limit. Compressed it is a 413; a decompressed one is an ordinary 400. */
export const compressedTooLarge = (bytes: number, limit: number): ApiError =>
  new ApiError('too-large', `request body too large: message size too large than max (${bytes} vs ${limit})`);
export const decompressedTooLarge = (bytes: number, limit: number): ApiError =>
  badPush(`decompressed message size too large than max (${bytes} vs ${limit})`);

/** Labels of one stream, as text. Source: Loki 3.7.6, maxStreamLabelsSize. */
export const streamLabelsBytesMax = 16 * 1024 * 1024;
