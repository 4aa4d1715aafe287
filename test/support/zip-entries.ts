import { readFileSync } from 'node:fs';

export interface ZipEntry {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** In bytes, as stored. */
  readonly packedSize: number;
}

const END_OF_CENTRAL_DIRECTORY = 0x06054b50;
const CENTRAL_HEADER = 0x02014b50;
const CENTRAL_HEADER_LENGTH = 46;

/** The files of a ZIP archive, from its central directory (PKWARE APPNOTE 4.3.12 and 4.3.16; no ZIP64). */
export function zipEntries(path: string): ZipEntry[] {
  const zip = readFileSync(path);
  let end = zip.length - 22;
  while (end >= 0 && zip.readUInt32LE(end) !== END_OF_CENTRAL_DIRECTORY) end -= 1;
  if (end < 0) throw new Error('not a ZIP archive');
  const entries: ZipEntry[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let count = zip.readUInt16LE(end + 10); count > 0; count -= 1) {
    if (zip.readUInt32LE(at) !== CENTRAL_HEADER) throw new Error('a broken central directory');
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) =>
      zip.readUInt16LE(at + field),
    );
    const name = zip.toString('utf8', at + CENTRAL_HEADER_LENGTH, at + CENTRAL_HEADER_LENGTH + nameLength!);
    entries.push({ name, size: zip.readUInt32LE(at + 24), packedSize: zip.readUInt32LE(at + 20) });
    at += CENTRAL_HEADER_LENGTH + nameLength! + extraLength! + commentLength!;
  }
  return entries;
}
