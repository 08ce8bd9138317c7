/**
 * Processor time of some work in this process, in milliseconds. Bounds on growth are held against it, not against the clock on the
 * wall: work that is quadratic takes minutes on any machine, and a machine that is busy with other things takes none of it.
 */
export function cpuMs(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** What hostile input of the greatest size may cost at most: many times what it takes, and a fraction of quadratic work. */
export const LINEAR_MS = 20_000;
