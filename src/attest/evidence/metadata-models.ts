/**
 * Models of authenticators as a metadata blob describes them (FIDO Metadata Statement 3.0), and whether a model is in
 * good standing. What is not understood counts against the model, never for it. Pure.
 */
import { X509Certificate } from 'node:crypto';

export interface Model {
  /** Lower-case with hyphens. */
  aaguid: string;
  /** How its keys are attested: basic_full, attca, anonca, basic_surrogate … */
  attestationTypes: readonly string[];
  keyProtection: readonly string[];
  statusReports: readonly StatusReport[];
  /** Authorities its attestation certificates chain to, or those certificates themselves. */
  roots(): readonly X509Certificate[];
  /** Whether other models have one of its roots too: then a chain alone does not tell which model it was. */
  sharesRoots: boolean;
}

export interface StatusReport {
  status: string;
  /** YYYY-MM-DD, or empty. */
  effectiveDate: string;
}

/** Models by AAGUID. One that is not described as expected, or stands twice, is left out. */
export function readModels(entries: readonly unknown[]): Map<string, Model> {
  const models = new Map<string, Model>();
  const twice = new Set<string>();
  const holders = new Map<string, number>();
  const rootsOf = new Map<string, readonly string[]>();
  for (const entry of entries) {
    const found = readModel(entry);
    if (found === null) continue;
    const { model, roots } = found;
    if (models.has(model.aaguid)) twice.add(model.aaguid);
    models.set(model.aaguid, model);
    rootsOf.set(model.aaguid, roots);
    for (const root of new Set(roots)) holders.set(root, (holders.get(root) ?? 0) + 1);
  }
  for (const aaguid of twice) models.delete(aaguid);
  for (const model of models.values()) {
    model.sharesRoots = rootsOf.get(model.aaguid)!.some((root) => holders.get(root)! > 1);
  }
  return models;
}

function readModel(entry: unknown): { model: Model; roots: readonly string[] } | null {
  const { aaguid, metadataStatement, statusReports } = asObject(entry);
  const { protocolFamily, attestationTypes, keyProtection, attestationRootCertificates } =
    asObject(metadataStatement);
  if (typeof aaguid !== 'string' || !/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(aaguid))
    return null;
  if (protocolFamily !== 'fido2' || !Array.isArray(statusReports)) return null;
  if (![attestationTypes, keyProtection, attestationRootCertificates].every(isTexts)) return null;
  const roots = (attestationRootCertificates as string[]).map((text) => text.replace(/\s/g, ''));
  let parsed: readonly X509Certificate[] | undefined;
  const model: Model = {
    aaguid: aaguid.toLowerCase(),
    attestationTypes: attestationTypes as string[],
    keyProtection: keyProtection as string[],
    statusReports: statusReports.map(readReport),
    roots: () => {
      // Thousands of certificates, of which a service ever meets a few.
      parsed ??= roots.flatMap(readRoot);
      return parsed;
    },
    sharesRoots: false,
  };
  return { model, roots };
}

function readRoot(base64: string): X509Certificate[] {
  try {
    return [new X509Certificate(Buffer.from(base64, 'base64'))];
  } catch {
    return [];
  }
}

const readReport = (report: unknown): StatusReport => {
  const { status, effectiveDate } = asObject(report);
  return {
    status: typeof status === 'string' ? status : '',
    effectiveDate: typeof effectiveDate === 'string' ? effectiveDate : '',
  };
};

const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');

/** Reports that say nothing against a model. Everything else that is no certification does: revoked, compromised, bypassed, retired, and whatever is added to the list after us. */
const NEUTRAL: ReadonlySet<string> = new Set(['UPDATE_AVAILABLE']);
/** Certified once, and no more: the later report counts. */
const UNCERTIFIED: ReadonlySet<string> = new Set(['NOT_FIDO_CERTIFIED', 'SELF_ASSERTION_SUBMITTED']);
const CERTIFIED = /^FIDO_CERTIFIED(?:_L[1-3](?:plus)?)?$/;

/**
 * Whether a model may attest at a time. A report of a compromise or a revocation counts from when it is published,
 * whatever its date, and no later report takes it back: which devices were made before is not seen in an assertion.
 * Of the certifications in effect the latest decides (by date, then by place in the list), so a model that lost its
 * certification is out.
 */
export function inGoodStanding({ statusReports }: Pick<Model, 'statusReports'>, atMs: number): boolean {
  const today = new Date(atMs).toISOString().slice(0, 10);
  let latest: StatusReport | null = null;
  for (const report of statusReports) {
    const { status, effectiveDate } = report;
    if (CERTIFIED.test(status) || UNCERTIFIED.has(status)) {
      if (effectiveDate <= today && (latest === null || effectiveDate >= latest.effectiveDate))
        latest = report;
    } else if (!NEUTRAL.has(status)) return false;
  }
  return latest !== null && CERTIFIED.test(latest.status);
}

/** Whether the key is kept by hardware and by nothing softer. */
export const keepsKeysInHardware = ({ keyProtection }: Pick<Model, 'keyProtection'>): boolean =>
  !keyProtection.includes('software') &&
  keyProtection.some((kind) => kind === 'hardware' || kind === 'tee' || kind === 'secure_element');
