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
      if (contentLength > bodyBytesMax) {
        payload.resume();
        reject(tooLarge(contentLength, bodyBytesMax));
        return;
      }
      const body = new GrowingBody(contentLength);
      const take = (piece: Buffer): void => {
        this.#heldBytes += piece.length;
        const bytes = body.length + piece.length;
        const error =
          bytes > bodyBytesMax
            ? tooLarge(bytes, bodyBytesMax)
            : this.#heldBytes > heldBytesMax
              ? tooManyAtOnce()
              : null;
        if (error === null) {
          body.add(piece);
          return;
        }
        this.#heldBytes -= piece.length;
        payload.removeListener('data', take);
        payload.resume();
        reject(error);
      };
      answer.once('close', () => {
        this.#heldBytes -= body.length;
      });
      payload.on('data', take);
      payload.on('end', () => resolve(body.take()));
      payload.on('error', (cause) => reject(new ApiError('client-closed', 'the client went away', { cause })));
    });
  }
}

/** When its length was told, room for all of it is taken at once: the system fills it with memory as bytes come. */
class GrowingBody {
  length = 0;
  #buffer: Buffer;

  constructor(expectedBytes: number) {
    this.#buffer = Buffer.allocUnsafeSlow(expectedBytes);
  }

  add(piece: Buffer): void {
    const length = this.length + piece.length;
    if (length > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#buffer.length));
      larger.set(this.#buffer.subarray(0, this.length));
      this.#buffer = larger;
    }
    this.#buffer.set(piece, this.length);
    this.length = length;
  }

  take(): Buffer {
    return this.#buffer.subarray(0, this.length);
  }
}

const tooLarge = (bytes: number, max: number): ApiError =>
  new ApiError('too-large', `request body too large: message size too large than max (${bytes} vs ${max})`);

const tooManyAtOnce = (): ApiError =>
  new ApiError('too-many-requests', 'too many bytes are being received at once, try again later\n');
