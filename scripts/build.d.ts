/** Types of `build.js`, which is plain JavaScript because it has to run before anything is built. */

/** Transpiles what is older than its source. @returns how many files were written */
export function build(): Promise<number>;
