/**
 * The same memory as a Uint8Array. To V8 a Buffer is an object of another kind, and the code for columns of lines, which
 * come from a push, from the head or from a block, would be compiled for both: it is larger then, slower, and made twice.
 */
export const plainBytes = ({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
