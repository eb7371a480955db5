/** Bounds and marks of the pack format. */

/** Bytes of lines after which a block should be sealed; a single long line may make it larger. */
export const blockTargetBytes = 256 * 1024;

/** No writer makes larger blocks: of empty lines a block could hold any number. The head seals long before it. */
export const blockEntriesMax = 2 ** 24;

/** A section that claims more is damage: nothing is allocated for it. */
export const sectionBytesMax = 256 * 1024 * 1024;

/** A block table or a footer that claims more is damage. */
export const tableBytesMax = 256 * 1024 * 1024;

/** The first bytes of a pack, "SKPK", and the last, "KPKS". */
export const packMagic = 0x4b504b53;
export const packEndMagic = 0x534b504b;

/** A reader refuses packs of a later version. */
export const packVersion = 1;

export const packHeaderBytes = 8;
export const packTailBytes = 32;
