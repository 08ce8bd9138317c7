/** The tools that the servers of the tests are made with, and the sentence that says which one is missing. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const WANTED = {
  mvn: 'Maven (mvn) was not found',
  java: 'Java (java) was not found',
  javac: 'A Java development kit (javac) was not found',
} as const;

export type Tool = keyof typeof WANTED;

/** A sentence for people where the system says ENOENT; any other error as it is. */
export function toolMissing(tool: Tool, error: Error): Error {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return error;
  return new Error(
    `${WANTED[tool]}: the suite with real servers (npm run test:servers) needs Java 17 or newer and Maven.`,
    { cause: error },
  );
}

/** Runs a tool to its end. @returns what it printed */
export async function runTool(tool: Tool, args: readonly string[]): Promise<string> {
  try {
    return (await promisify(execFile)(tool, [...args], { timeout: 300_000, env: process.env })).stdout;
  } catch (error) {
    throw toolMissing(tool, error as Error);
  }
}
