/** The manifests as far as they can be checked without a cluster: their shapes, and what a careful operator would look for in each. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { READINESS_ENDPOINTS, SETTING_NAMES } from './known.js';

const FOLDER = join('deploy', 'kubernetes');
const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

const Labels = z.record(z.string(), z.string());
const Metadata = z.strictObject({
  name: z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/),
  namespace: z.literal('assay').optional(),
  labels: Labels,
});
const Selector = z.strictObject({ matchLabels: Labels });
const Quantity = z.string().regex(/^\d+(m|Mi|Gi)?$/);
const Probe = z.strictObject({
  httpGet: z.strictObject({ path: z.string(), port: z.literal('http') }),
  periodSeconds: z.int().positive(),
  timeoutSeconds: z.int().positive().optional(),
  failureThreshold: z.int().positive(),
});
const Ref = z.strictObject({ name: z.string() });

const Container = z.strictObject({
  name: z.string(),
  image: z.string().regex(/^[^:]+:[^:]+$/, 'a pinned tag'),
  args: z.array(z.string()),
  ports: z.array(z.strictObject({ name: z.string(), containerPort: z.int() })),
  envFrom: z.array(z.union([z.strictObject({ configMapRef: Ref }), z.strictObject({ secretRef: Ref })])),
  resources: z.strictObject({
    requests: z.strictObject({ cpu: Quantity, memory: Quantity }),
    limits: z.strictObject({ memory: Quantity }),
  }),
  startupProbe: Probe,
  livenessProbe: Probe,
  readinessProbe: Probe,
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.strictObject({ drop: z.tuple([z.literal('ALL')]) }),
  }),
  volumeMounts: z.array(z.strictObject({ name: z.string(), mountPath: z.string() })),
});

const Pod = z.strictObject({
  serviceAccountName: z.string(),
  automountServiceAccountToken: z.literal(false),
  terminationGracePeriodSeconds: z.int().min(12),
  securityContext: z.strictObject({
    runAsNonRoot: z.literal(true),
    runAsUser: z.int().positive(),
    runAsGroup: z.int().positive(),
    fsGroup: z.int().positive(),
    seccompProfile: z.strictObject({ type: z.literal('RuntimeDefault') }),
  }),
  topologySpreadConstraints: z.array(z.looseObject({ labelSelector: Selector })),
  containers: z.tuple([Container]),
  volumes: z.array(z.strictObject({ name: z.string(), emptyDir: z.strictObject({ sizeLimit: Quantity }) })),
});

const Deployment = z.strictObject({
  apiVersion: z.literal('apps/v1'),
  kind: z.literal('Deployment'),
  metadata: Metadata,
  spec: z.strictObject({
    replicas: z.int().min(2),
    selector: Selector,
    strategy: z.looseObject({ type: z.literal('RollingUpdate') }),
    template: z.strictObject({ metadata: z.strictObject({ labels: Labels }), spec: Pod }),
  }),
});

const Peer = z.strictObject({
  namespaceSelector: Selector.optional(),
  ipBlock: z.strictObject({ cidr: z.string(), except: z.array(z.string()) }).optional(),
});
const Ports = z.array(z.strictObject({ protocol: z.enum(['TCP', 'UDP']), port: z.int() })).min(1);
const NetworkPolicy = z.strictObject({
  apiVersion: z.literal('networking.k8s.io/v1'),
  kind: z.literal('NetworkPolicy'),
  metadata: Metadata,
  spec: z.strictObject({
    podSelector: z.union([Selector, z.strictObject({})]),
    policyTypes: z.array(z.enum(['Ingress', 'Egress'])).min(1),
    ingress: z.array(z.strictObject({ from: z.array(Peer).min(1), ports: Ports })).optional(),
    egress: z.array(z.strictObject({ to: z.array(Peer).min(1), ports: Ports })).optional(),
  }),
});

const Metric = z.union([
  z.strictObject({
    type: z.literal('External'),
    external: z.strictObject({
      metric: z.strictObject({ name: z.string(), selector: Selector }),
      target: z.strictObject({ type: z.literal('AverageValue'), averageValue: z.string().regex(/^\d+$/) }),
    }),
  }),
  z.strictObject({
    type: z.literal('Resource'),
    resource: z.strictObject({
      name: z.literal('cpu'),
      target: z.strictObject({ type: z.literal('Utilization'), averageUtilization: z.int().max(100) }),
    }),
  }),
]);
const Scaling = z.looseObject({
  stabilizationWindowSeconds: z.int().min(60),
  policies: z.array(z.looseObject({ value: z.int().positive() })),
});
const Hpa = z.strictObject({
  apiVersion: z.literal('autoscaling/v2'),
  kind: z.literal('HorizontalPodAutoscaler'),
  metadata: Metadata,
  spec: z.strictObject({
    scaleTargetRef: z.strictObject({
      apiVersion: z.literal('apps/v1'),
      kind: z.literal('Deployment'),
      name: z.string(),
    }),
    minReplicas: z.int().min(2),
    maxReplicas: z.int(),
    metrics: z.array(Metric).min(1),
    behavior: z.strictObject({ scaleUp: Scaling, scaleDown: Scaling }),
  }),
});

const Pdb = z.strictObject({
  apiVersion: z.literal('policy/v1'),
  kind: z.literal('PodDisruptionBudget'),
  metadata: Metadata,
  spec: z.strictObject({ maxUnavailable: z.literal(1), selector: Selector }),
});

const Resource = z.discriminatedUnion('kind', [
  Deployment,
  NetworkPolicy,
  Hpa,
  Pdb,
  z.strictObject({
    apiVersion: z.literal('v1'),
    kind: z.literal('Service'),
    metadata: Metadata,
    spec: z.strictObject({
      selector: Labels,
      ports: z.array(z.strictObject({ name: z.string(), port: z.int(), targetPort: z.string() })),
    }),
  }),
  z.strictObject({ apiVersion: z.literal('v1'), kind: z.literal('Namespace'), metadata: Metadata }),
  z.strictObject({
    apiVersion: z.literal('v1'),
    kind: z.literal('ServiceAccount'),
    metadata: Metadata,
    automountServiceAccountToken: z.literal(false),
  }),
  z.strictObject({
    apiVersion: z.literal('v1'),
    kind: z.literal('ConfigMap'),
    metadata: Metadata,
    data: z.record(z.string(), z.string()),
  }),
]);
type Resource = z.infer<typeof Resource>;
const List = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('List'),
  items: z.array(Resource).min(1),
});

const files = readdirSync(FOLDER).sort();
const resources = (): Resource[] => files.flatMap((file) => List.parse(read(join(FOLDER, file))).items);
const ofKind = <K extends Resource['kind']>(kind: K) =>
  resources().filter((one): one is Extract<Resource, { kind: K }> => one.kind === kind);

describe('the Kubernetes manifests', () => {
  it.each(files)('%s holds resources of known shapes only', (file) => {
    expect(List.safeParse(read(join(FOLDER, file))).error).toBeUndefined();
  });

  it('name each resource once, all in one namespace', () => {
    const names = resources().map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
    for (const { kind, metadata } of resources())
      expect([kind, metadata.namespace]).toEqual([kind, kind === 'Namespace' ? undefined : 'assay']);
  });

  it.each(['api', 'score', 'gather', 'announce'])(
    'run the role %s by itself, with a budget for disruptions',
    (role) => {
      const labels = { 'app.kubernetes.io/name': 'assay', 'app.kubernetes.io/component': role };
      const deployment = ofKind('Deployment').find(({ metadata }) => metadata.name === `assay-${role}`);
      expect(deployment?.spec.selector.matchLabels).toEqual(labels);
      expect(deployment?.spec.template.metadata.labels).toEqual(labels);
      const [command, flag, roles] = deployment?.spec.template.spec.containers[0].args ?? [];
      expect([command, flag]).toEqual(['serve', '--roles']);
      expect(roles?.split(',')).toContain(role);
      const budget = ofKind('PodDisruptionBudget').find(({ metadata }) => metadata.name === `assay-${role}`);
      expect(budget?.spec.selector.matchLabels).toEqual(labels);
    },
  );

  it('cover every role exactly once', () => {
    const roles = ofKind('Deployment').flatMap(({ spec }) =>
      (spec.template.spec.containers[0].args[2] ?? '').split(','),
    );
    expect(roles.sort()).toEqual(['announce', 'api', 'console', 'gather', 'score']);
  });

  it('mount every writable folder they need, and only what is declared', () => {
    for (const { spec } of ofKind('Deployment')) {
      const { volumes, containers } = spec.template.spec;
      expect(containers[0].volumeMounts.map(({ name }) => name)).toEqual(volumes.map(({ name }) => name));
      expect(containers[0].volumeMounts.map(({ mountPath }) => mountPath)).toEqual(['/data', '/tmp']);
    }
  });

  it('ask for probes at endpoints that exist', () => {
    for (const { spec } of ofKind('Deployment')) {
      const { startupProbe, livenessProbe, readinessProbe } = spec.template.spec.containers[0];
      expect(READINESS_ENDPOINTS).toEqual(
        expect.arrayContaining(
          [startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet.path),
        ),
      );
      // A store that is away must not restart the process.
      expect(livenessProbe.httpGet.path).toBe('/healthz');
      expect(readinessProbe.httpGet.path).toBe('/readyz');
    }
  });

  it('scale scoring and gathering by the lag of their groups, and no further than there are partitions', () => {
    const [config] = ofKind('ConfigMap');
    for (const { metadata, spec } of ofKind('HorizontalPodAutoscaler')) {
      expect(ofKind('Deployment').map((one) => one.metadata.name)).toContain(spec.scaleTargetRef.name);
      expect(spec.scaleTargetRef.name).toBe(metadata.name);
      expect(spec.maxReplicas).toBeLessThanOrEqual(Number(config?.data['ASSAY_PARTITIONS']));
      const [metric] = spec.metrics;
      const role = metadata.name.replace('assay-', '');
      if (role !== 'api')
        expect(metric).toMatchObject({
          external: { metric: { selector: { matchLabels: { consumergroup: `assay-${role}` } } } },
        });
    }
  });

  it('set only settings that there are, and no secret', () => {
    const [config] = ofKind('ConfigMap');
    for (const name of Object.keys(config?.data ?? {})) {
      expect(SETTING_NAMES).toContain(name);
      expect(['ASSAY_SECRET', 'MONGO_URL']).not.toContain(name);
    }
  });

  it('deny all traffic but what is named, and keep webhooks away from private addresses', () => {
    const policies = ofKind('NetworkPolicy');
    const deny = policies.find(({ metadata }) => metadata.name === 'assay-default-deny')?.spec;
    expect(deny).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
    const blocks = policies.flatMap(({ spec }) => spec.egress ?? []).flatMap(({ to }) => to);
    const [open, ...more] = blocks.filter(({ ipBlock }) => ipBlock !== undefined);
    expect(more).toEqual([]);
    expect(open?.ipBlock?.except).toEqual(
      expect.arrayContaining(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16']),
    );
  });
});

const Service = z.strictObject({
  image: z.string(),
  build: z.strictObject({ context: z.string(), target: z.string() }).optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).optional(),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.literal('service_healthy') })).optional(),
  restart: z.literal('unless-stopped'),
  stop_grace_period: z
    .string()
    .regex(/^\d+s$/)
    .optional(),
  ports: z.array(z.string().regex(/^127\.0\.0\.1:\d+:\d+$/, 'a port of this machine only')).optional(),
  volumes: z.array(z.string().regex(/^[a-z-]+:\/[a-z/]+$/)),
  read_only: z.literal(true).optional(),
  tmpfs: z.array(z.string()).optional(),
  cap_drop: z.tuple([z.literal('ALL')]).optional(),
  security_opt: z.array(z.string()).optional(),
  user: z.string().optional(),
  healthcheck: z
    .strictObject({
      test: z.array(z.string()),
      interval: z.string(),
      timeout: z.string(),
      retries: z.int(),
    })
    .optional(),
});
const Compose = z.strictObject({
  name: z.string(),
  services: z.record(z.string(), Service),
  volumes: z.record(z.string(), z.strictObject({})),
});

describe('the compose file', () => {
  const compose = (): z.infer<typeof Compose> => Compose.parse(read(join('deploy', 'compose.json')));

  it('has the shape that compose reads', () => {
    expect(Compose.safeParse(read(join('deploy', 'compose.json'))).error).toBeUndefined();
  });

  it('declares every volume and every service it names', () => {
    const { services, volumes } = compose();
    const named = Object.values(services).flatMap((one) => one.volumes.map((volume) => volume.split(':')[0]));
    expect(named.sort()).toEqual(Object.keys(volumes).sort());
    for (const { depends_on } of Object.values(services))
      for (const other of Object.keys(depends_on ?? {})) expect(services[other]?.healthcheck).toBeDefined();
  });

  it('runs each role once, without rights and on a read-only root, with settings that there are', () => {
    const own = Object.values(compose().services).filter(({ build }) => build !== undefined);
    const roles = own.flatMap(({ command }) => (command?.[2] ?? '').split(','));
    expect(roles.sort()).toEqual(['announce', 'api', 'console', 'gather', 'score']);
    for (const { read_only, cap_drop, user, security_opt, environment } of own) {
      expect([read_only, cap_drop, user]).toEqual([true, ['ALL'], '1000:1000']);
      expect(security_opt).toContain('no-new-privileges:true');
      for (const name of Object.keys(environment ?? {})) expect(SETTING_NAMES).toContain(name);
    }
  });
});
