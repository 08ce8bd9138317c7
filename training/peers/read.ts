/** Scores of detectors that anyone can install, made by training/peers/score.py; none where that was not run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { modelFolder } from '../../detectors/model-folder.js';

export interface PeerScores {
  /** Texts a second on one core, by peer. */
  speed: Record<string, number>;
  /** Score by text id, by peer; higher speaks for a machine. */
  scores: Map<string, Map<string, number>>;
}

export function readPeers(): PeerScores | null {
  const folder = join(modelFolder(), '..', '.cache', 'peers');
  try {
    const speed = JSON.parse(readFileSync(join(folder, 'speed.json'), 'utf8')) as Record<string, number>;
    const scores = new Map(Object.keys(speed).map((name) => [name, new Map<string, number>()]));
    for (const line of readFileSync(join(folder, 'scores.jsonl'), 'utf8').trimEnd().split('\n')) {
      const { id, peers } = JSON.parse(line) as { id: string; peers: Record<string, number> };
      for (const [name, score] of Object.entries(peers)) scores.get(name)?.set(id, score);
    }
    return { speed, scores };
  } catch {
    return null;
  }
}
