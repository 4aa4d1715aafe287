import { stat } from 'node:fs/promises';

/** Sizes and times of a database and of its write-ahead log; an empty log is no log. Equal while nobody wrote. */
export async function signatureOf(path: string): Promise<string> {
  const parts = await Promise.all(
    [path, `${path}-wal`].map(async (file) => {
      try {
        const { size, mtimeMs } = await stat(file);
        return size === 0 ? '' : `${size}@${mtimeMs}`;
      } catch {
        return '';
      }
    }),
  );
  return parts.join(' ');
}
