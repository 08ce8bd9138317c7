/**
 * `assay doctor`: every setting in effect and where it comes from, with secrets masked, and whether each part could do
 * its work: Node, disk, log, store, detector. Changes nothing, and creates no folder that is not there.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AssayError } from '../../schemas/errors.js';
import { type Config, loadConfig, type Secrets } from '../config/config.js';
import { describeSettings } from '../config/describe.js';
import { unknownVariables } from '../config/environment.js';
import { loadOptionsOf, type OpenJudging } from '../judging.js';
import { usesHome } from '../open-context.js';
import { freeMegabytes } from '../telemetry/disk.js';
import type { AddCommand, Cli } from './command.js';
import { withContext } from './data.js';
import { EXIT } from './exit-codes.js';
import { type Io, write, writeJson } from './io.js';
import { homeOption, jsonOption, rawSettings, type SettingFlags } from './settings.js';

interface Finding {
  part: 'node' | 'disk' | 'log' | 'store' | 'detector' | 'secret' | 'environment';
  ok: boolean;
  found: string;
}

/** One sentence of an error of ours; of a foreign one only its kind, for it may quote anything. */
const sentence = (error: unknown): string =>
  error instanceof AssayError ? error.message : `failed (${(error as Error).name})`;

async function disk({ home, minFreeMb }: Config): Promise<Finding> {
  const folder = existsSync(home) ? home : '.';
  const free = await freeMegabytes(folder);
  const note = existsSync(home) ? '' : ', will be created';
  return {
    part: 'disk',
    ok: free >= minFreeMb,
    found: `${home}${note}: ${free} MB free, ${minFreeMb} needed`,
  };
}

const hasData = ({ home }: Config): boolean =>
  existsSync(join(home, 'log')) || existsSync(join(home, 'store.db'));

/** An embedded engine that another process holds is in good hands. */
async function engines(io: Io, config: Config, secrets: Secrets): Promise<Finding[]> {
  const parts = ['log', 'store'] as const;
  if (usesHome(config, secrets) && !hasData(config)) {
    const found = 'nothing there yet; the first start creates it';
    return parts.map((part) => ({ part, ok: true, found }));
  }
  try {
    return await withContext(io, config, secrets, async ({ log, store }) => {
      await log.ping();
      await store.ping();
      return [
        { part: 'log', ok: true, found: `${log.engine}, reachable` },
        { part: 'store', ok: true, found: `${store.engine}, reachable` },
      ];
    });
  } catch (error) {
    const code = error instanceof AssayError ? error.code : 'internal';
    const part = code.startsWith('store.') ? 'store' : 'log';
    if (code.endsWith('.locked')) {
      return [{ part, ok: true, found: `in use by a running service: ${sentence((error as Error).cause)}` }];
    }
    return [{ part, ok: false, found: sentence(error) }];
  }
}

async function detector(open: OpenJudging, config: Config): Promise<Finding> {
  try {
    const judging = await open(loadOptionsOf(config));
    const found = judging.detector.detectors
      .map(
        ({ id, version, engine, device, sha256 }) =>
          `${id} ${version}, ${engine} on ${device}, ${sha256.slice(0, 12)}`,
      )
      .join('; ');
    await judging.detector.close();
    return { part: 'detector', ok: true, found };
  } catch (error) {
    return { part: 'detector', ok: false, found: sentence(error) };
  }
}

function environment(io: Io): Finding[] {
  const unknown = unknownVariables({ ...io.env });
  if (unknown.length === 0) return [];
  return [{ part: 'environment', ok: false, found: `not settings of Assay: ${unknown.join(', ')}` }];
}

function sealing({ sealing: secret }: Secrets): Finding {
  const found =
    secret === null ? 'ASSAY_SECRET is not set: `assay serve` will not start' : 'ASSAY_SECRET is set';
  return { part: 'secret', ok: secret !== null, found };
}

export async function doctor(
  { io, openJudging }: Pick<Cli, 'io' | 'openJudging'>,
  flags: SettingFlags & { json?: boolean },
): Promise<number> {
  const raw = rawSettings(io, flags);
  const described = describeSettings(raw);
  for (const { name, value, source } of described) {
    if (flags.json) await writeJson(io.out, { setting: name, value, source });
    else await write(io.out, `${name.padEnd(20)} ${(value ?? '(empty)').padEnd(28)} ${source}\n`);
  }
  // Settings that are wrong are shown first, so that the message can be read against them.
  const { config, secrets } = loadConfig(raw);
  const findings: Finding[] = [
    { part: 'node', ok: true, found: `${process.version} on ${process.platform} ${process.arch}` },
    await disk(config),
    sealing(secrets),
    ...(await engines(io, config, secrets)),
    await detector(openJudging, config),
    ...environment(io),
  ];
  if (!flags.json) await write(io.out, '\n');
  for (const finding of findings) {
    if (flags.json) await writeJson(io.out, finding);
    else await write(io.out, `${finding.ok ? 'ok  ' : 'BAD '} ${finding.part.padEnd(12)} ${finding.found}\n`);
  }
  return findings.every(({ ok }) => ok) ? EXIT.ok : EXIT.failed;
}

export const addDoctor: AddCommand = (program, cli) => {
  program
    .command('doctor')
    .description('show every setting with its source, and whether each part can do its work')
    .addOption(homeOption())
    .addOption(jsonOption())
    .action(cli.act((flags: SettingFlags & { json?: boolean }) => doctor(cli, flags)));
};
