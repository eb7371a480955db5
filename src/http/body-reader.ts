/** Bodies of requests, read whole: each within its bound, and all that are held at a time within another. */
import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { ApiError } from '../errors.js';

export interface BodyBounds {
  readonly bodyBytesMax: number;
  /** Of all bodies that are being read or worked on. */
  readonly heldBytesMax: number;
}

export class BodyReader {
  readonly #bounds: BodyBounds;
  #heldBytes = 0;

  constructor(bounds: BodyBounds) {
    this.#bounds = bounds;
  }

  /** Throws ApiError when a bound is passed; what is still to come is then read and thrown away. */
  read(payload: Readable, contentLength: number, answer: ServerResponse): Promise<Buffer> {
    const { bodyBytesMax, heldBytesMax } = this.#bounds;
    return new Promise((resolve, reject) => {
      const pieces: Buffer[] = [];
      let bytes = 0;
      const refuse = (error: Error): void => {
        pieces.length = 0;
        payload.removeListener('data', take);
        payload.resume();
        reject(error);
      };
      const take = (piece: Buffer): void => {
        bytes += piece.length;
        this.#heldBytes += piece.length;
        if (bytes > bodyBytesMax) refuse(tooLarge(Math.max(bytes, contentLength), bodyBytesMax));
        else if (this.#heldBytes > heldBytesMax) refuse(tooManyAtOnce());
        else pieces.push(piece);
      };
      answer.once('close', () => {
        this.#heldBytes -= bytes;
      });
      if (contentLength > bodyBytesMax) return refuse(tooLarge(contentLength, bodyBytesMax));
      payload.on('data', take);
      payload.on('end', () => resolve(Buffer.concat(pieces)));
      payload.on('error', (cause) => reject(new ApiError('client-closed', 'the client went away', { cause })));
    });
  }
}

const tooLarge = (bytes: number, max: number): ApiError =>
  new ApiError('too-large', `request body too large: message size too large than max (${bytes} vs ${max})`);

const tooManyAtOnce = (): ApiError =>
  new ApiError('too-many-requests', 'too many bytes are being received at once, try again later\n');
