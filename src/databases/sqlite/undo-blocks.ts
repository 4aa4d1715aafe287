/** How entries of an undo file are sealed: many together, since to seal each alone costs more than all else. */
import { SynclineError } from '../../core/errors.ts';

/** Most of one block, unless a single entry is larger: one look-up opens a whole block. */
const MOST_BYTES = 64 * 1024;
const MOST_ENTRIES = 512;

const LENGTH_BYTES = 4;

/** Entries on their way into one block. */
export interface UndoBlock {
  /** Adds an entry and returns its place in the block, from 0. */
  add(entry: Uint8Array): number;
  readonly isFull: boolean;
  readonly isEmpty: boolean;
  /** The block's bytes: each entry's length (4 bytes, big-endian), then the entry. The block is empty afterwards. */
  take(): Uint8Array;
}

export function undoBlock(): UndoBlock {
  let entries: Uint8Array[] = [];
  let bytes = 0;
  return {
    add(entry) {
      entries.push(entry);
      bytes += LENGTH_BYTES + entry.byteLength;
      return entries.length - 1;
    },
    get isFull() {
      return bytes >= MOST_BYTES || entries.length >= MOST_ENTRIES;
    },
    get isEmpty() {
      return entries.length === 0;
    },
    take() {
      const block = Buffer.allocUnsafe(bytes);
      let at = 0;
      for (const entry of entries) {
        at = block.writeUInt32BE(entry.byteLength, at);
        block.set(entry, at);
        at += entry.byteLength;
      }
      entries = [];
      bytes = 0;
      return block;
    },
  };
}

/** The entries of a block. Throws LEDGER_CORRUPT for bytes that are no block. */
export function entriesOf(block: Uint8Array): Uint8Array[] {
  const bytes = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const start = at + LENGTH_BYTES;
    const end = start > bytes.length ? Number.POSITIVE_INFINITY : start + bytes.readUInt32BE(at);
    if (end > bytes.length) {
      throw new SynclineError('LEDGER_CORRUPT', 'What was kept to undo the run is damaged.');
    }
    entries.push(bytes.subarray(start, end));
    at = end;
  }
  return entries;
}
