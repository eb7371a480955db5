/** Numbers of the WAL's format and its bounds. The byte diagram is in README.md. */

/** Eight bytes at the start of each segment. */
export const segmentMagic = 'SKALDWAL';
export const walVersion = 1;
export const segmentHeaderBytes = 32;
export const frameHeaderBytes = 32;

/** A record may not be longer: its length is refused before anything is read or reserved. */
export const recordBytesMax = 256 << 20;

/** What a record says. Numbers are part of the format. */
export const recordType = {
  /** Entries of a push. */
  entries: 1,
  /** What is left in the head of some streams. Earlier records say nothing about these streams any more. */
  moved: 2,
  /** A pack is about to be written with these streams' entries of one day. */
  flushing: 3,
  /** The pack is stored, and the entries are no longer the WAL's concern. */
  flushed: 4,
  /** Packs that were begun and given up: if they are there after all, they have to go. */
  abandoned: 5,
} as const;
export type RecordType = (typeof recordType)[keyof typeof recordType];

export const isRecordType = (type: number): type is RecordType => type >= 1 && type <= 5;
