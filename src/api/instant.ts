/** Times as answers carry them. */

/** Milliseconds since the epoch as RFC 3339 in UTC. */
export const instant = (ms: number): string => new Date(ms).toISOString();
