/**
 * The machine's side of the demo: replies that push one position in two real threads, and targeted letters that share no
 * sentence. A language model wrote them for this purpose; `demo/README.md` says so.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { AssayError } from '../../../schemas/errors.js';

/** How the model was asked to write: as one of many people, or just what to say, which gives an assistant's own voice. */
export const Voice = z.enum(['person', 'assistant']);
export type Voice = z.infer<typeof Voice>;

export const MachineReply = z.object({
  /** Subject of the thread it goes into, as `subjectKey` makes it. */
  thread: z.string().min(1),
  /** What all replies of this thread want their readers to believe. */
  position: z.string().min(1),
  /** Invented account that posts it. */
  author: z.string().min(1),
  voice: Voice,
  text: z.string().min(1),
});
export type MachineReply = z.infer<typeof MachineReply>;

export const MachineLetter = z.object({
  fromName: z.string().min(1),
  fromAddress: z.string().regex(/^[^\s@]+@[a-z0-9.-]*example(?:\.(?:com|net|org))?$/),
  toName: z.string().min(1),
  toRole: z.string(),
  toAddress: z.string().regex(/^[^\s@]+@[a-z0-9.-]*example(?:\.(?:com|net|org))?$/),
  subject: z.string().min(1),
  voice: Voice,
  text: z.string().min(1),
});
export type MachineLetter = z.infer<typeof MachineLetter>;

/** The repository's `demo/`, from the sources as from `dist/`. */
function textsFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder)) folder = dirname(folder);
  return join(folder, 'demo');
}

async function readLines<T>(name: string, schema: z.ZodType<T>): Promise<T[]> {
  const path = join(textsFolder(), name);
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line.trim() !== '');
  return lines.map((line, at) => {
    const parsed = schema.safeParse(JSON.parse(line));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new AssayError(
      'internal',
      `demo/${name}, line ${at + 1}: ${issue?.path.join('.')} ${issue?.message}`,
    );
  });
}

export const readMachineReplies = (): Promise<MachineReply[]> => readLines('replies.jsonl', MachineReply);
export const readMachineLetters = (): Promise<MachineLetter[]> => readLines('letters.jsonl', MachineLetter);
