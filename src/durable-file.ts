/** Files that are there after a power cut: content flushed before a rename, the folder's entry after it. */
import { open } from 'node:fs/promises';

/** Makes a rename or a new entry in the folder durable. */
export async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes a file and flushes it. @param flags of `open`: `wx` for a new file only, `w` for a new one or in the place of another */
export async function writeDurably(path: string, content: Buffer | string, flags: 'w' | 'wx'): Promise<void> {
  const handle = await open(path, flags);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
