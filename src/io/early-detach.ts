/**
 * V8 compiles code on the assumption that no buffer is ever detached, and throws all of that code away when the first one
 * is: when the memory of WebAssembly grows, when a buffer goes to another thread. In a process that has just begun to
 * work, that is all the code that it has warmed up. So let it happen before there is any.
 */
export function detachEarly(): void {
  const buffer = new ArrayBuffer(1);
  structuredClone(buffer, { transfer: [buffer] });
}
