import { join } from 'node:path';
import { z } from 'zod';
import type { ConnectValues } from '../../imports/connect.values.js';
import type { ExternalSecretsValues } from '../../imports/external-secrets.values.js';
import type { ExternalUnit } from '../constructs/external-unit.js';
import type { ChartSource } from '../constructs/helm-release.js';
import type { FluxSource } from '../constructs/unit.js';
import { OperatorError, type Problem } from '../errors.js';
import { loadDefault } from '../load-default.js';
import type { Repository } from '../repository.js';
import { isReservedKey, isTree, type Tree } from '../tree.js';
import { versions } from '../versions.js';
import {
  type Existing,
  type ExistingConnect,
  type ExistingOperator,
  type ExistingStore,
  existingShapes,
  isExisting,
} from './existing.js';
import {
  checkShape,
  closedObject,
  dnsLabel,
  dnsSubdomain,
  externalUnitShape,
  fluxDuration,
  isTooLong,
  labels,
  namesOf,
  plainKey,
  refreshInterval,
  rule,
  text,
  tooLong,
} from './shape.js';

/** A chart that this project installs. */
export interface ChartSettings<Values> {
  /** @default - src/versions.ts */
  readonly version?: string;
  /** Digest of that version, `sha256:...`; write `version` beside it. @default - none */
  readonly digest?: string;
  /** Who has to have signed the chart, by cosign without a key. @default - nobody */
  readonly verify?: {
    /** Regular expression of the OIDC issuer. */
    readonly issuer: string;
    /** Regular expression of the subject. */
    readonly subject: string;
  };
  readonly values?: Values;
}

/** The ClusterSecretStore that this project makes. */
export interface StoreSettings {
  /** @default onepassword */
  readonly name?: string;
  /** The only namespaces that may use it. @default - all */
  readonly namespaces?: readonly string[];
}

/** The operator's page, `src/settings.ts`. Everything has a default. */
export interface Settings {
  /**
   * Name of the project, in front of the names of its Flux Kustomizations: where one cluster has several
   * projects, all but one have a name. @default - none
   */
  readonly name?: string;
  /** Namespace of External Secrets Operator and Connect. @default external-secrets */
  readonly namespace?: string;
  /** Domain of the cluster's Services, as its DNS has it. @default cluster.local */
  readonly clusterDomain?: string;
  /** 1Password vaults, by title or ID, searched in this order. @default ['Kubernetes'] */
  readonly vaults?: readonly string[];
  /** The ClusterSecretStore; or `existing({ name: 'onepassword' })`, one that is there already. */
  readonly store?: StoreSettings | Existing<ExistingStore>;
  /** Name of the Secret with Connect's credentials file and token. @default onepassword-secret */
  readonly credentialsSecret?: string;
  /**
   * How often ESO reads 1Password: a Go duration from 10s to 1h, with an existing store of the provider
   * onepasswordSDK also longer. @default 1h
   */
  readonly refreshInterval?: string;
  /** How this cluster's Flux is set up. */
  readonly flux?: {
    /** Namespace of the Flux Kustomizations. @default - that of the repository's root; flux-system */
    readonly namespace?: string;
    /** The source that holds this repository. @default - that of the repository's root; GitRepository flux-system */
    readonly source?: FluxSource;
    /** Folder of this project in the repository, '.' for its root. @default - found through git */
    readonly path?: string;
    /**
     * Secret, in `namespace`, with the key that decrypts the bootstrap Secret; 'none' where Flux's controller
     * has a key of its own. @default - what the repository's Flux Kustomizations say; sops-age
     */
    readonly sopsSecret?: string;
    /**
     * ServiceAccount, in `namespace`, as which Flux applies the units; needed under multi-tenancy lockdown.
     * @default - that of the repository's root; none
     */
    readonly serviceAccountName?: string;
    /** How often Flux corrects drift: a duration in h, m, s. @default 10m */
    readonly interval?: string;
    /** How soon Flux tries again after a failure. @default 30s */
    readonly retryInterval?: string;
    /**
     * Whether Flux deletes what a unit no longer has. `false` for the push before this project is taken out, or
     * hands over what it made: then all of it stays. @default true
     */
    readonly prune?: boolean;
  };
  /**
   * External Secrets Operator: chart version and more values of the chart; or `existing()`, one that is there
   * already. @default - the chart, unless `store` is there already
   */
  readonly externalSecrets?: ChartSettings<ExternalSecretsValues> | Existing<ExistingOperator>;
  /**
   * 1Password Connect: chart version and more values of the chart; or `existing({ host, token })`, one that is
   * there already. @default - the chart, unless `store` is there already
   */
  readonly connect?: ChartSettings<ConnectValues> | Existing<ExistingConnect>;
  /**
   * Whether only External Secrets Operator (and Prometheus, with `monitoring`) may reach Connect, and Connect
   * only DNS and HTTPS. @default true
   */
  readonly networkPolicy?: boolean;
  /**
   * Set it once a Prometheus operator runs: ServiceMonitors of External Secrets Operator and Connect, and
   * alerts in a unit of their own.
   *
   * @default - none: ESO's chart makes its ServiceMonitor only where the CRD exists already
   */
  readonly monitoring?: {
    /** The Flux Kustomization that installs the Prometheus operator; only the alerts wait for it. */
    readonly unit: ExternalUnit;
    /** Namespace of Prometheus, for the network policy. @default monitoring */
    readonly namespace?: string;
    /**
     * Labels by which Prometheus picks ServiceMonitors and PrometheusRules, such as
     * `{ release: 'kube-prometheus-stack' }`. @default - none
     */
    readonly labels?: { readonly [key: string]: string };
  };
  /**
   * Folders of the repository, relative to its top, that belong to other clusters: nothing in them counts
   * as a clash. @default - none
   */
  readonly otherClusters?: readonly string[];
  /**
   * Secrets in the repository whose namespace synth can't find, and that are not the app secret of the
   * same name. @default - none
   */
  readonly allowSameName?: readonly {
    /** The app secret: `namespace/name`. */
    readonly secret: string;
    /** The file of the other Secret, relative to the top of the repository. */
    readonly file: string;
    /** Why they are two Secrets. */
    readonly reason: string;
  }[];
}

const version = text().regex(
  /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/,
  rule('is no exact chart version', 'write one such as 2.9.0'),
);
/** A folder of the repository, relative to its top. */
function repositoryPath() {
  return text().regex(
    /^(?!\/)(?!(.*\/)?\.\.(\/|$))[\w./ -]+$/,
    rule('is no path inside the repository', "write '.' or one such as clusters/home"),
  );
}

const values = z
  .record(plainKey(), z.unknown(), rule('is no mapping', "write the chart's values"))
  .refine(isJson, rule('holds something that YAML can not', 'write texts, numbers, lists and plain objects'));

function isJson(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isJson);
  if (isTree(value)) return !Object.hasOwn(value, 'constructor') && Object.values(value).every(isJson);
  return value === null || /^(string|boolean)$/.test(typeof value) || Number.isFinite(value);
}

const digest = text().regex(
  /^sha256:[0-9a-f]{64}$/,
  rule('is no digest', 'write sha256: and the 64 digits that the registry shows'),
);

/** A regular expression of Go, as far as JavaScript can tell. */
function expression() {
  return text().refine(
    isExpression,
    rule('is no regular expression', 'write one such as ^https://example.org$'),
  );
}

function isExpression(value: string): boolean {
  try {
    return new RegExp(value) instanceof RegExp;
  } catch {
    return false;
  }
}

/** A chart (its version, what it has to be, and its values) or one that is there already. */
function chart<There extends z.ZodType<object>>(pinned: string, there: There) {
  return closedObject({
    version: version.exactOptional(),
    digest: digest.exactOptional(),
    verify: closedObject({ issuer: expression(), subject: expression() }).exactOptional(),
    values: values.exactOptional(),
    existing: there.exactOptional(),
  })
    .refine(
      // With the version of a release, the next release would go on with the chart of this one.
      (given) => given.digest === undefined || given.version !== undefined,
      { path: ['digest'], message: rule('stands alone', 'write the version that it is of beside it') },
    )
    .refine(standsAlone, nothingBeside)
    .transform(
      ({ existing, ...given }): Part<z.output<There>> =>
        existing !== undefined
          ? { existing }
          : { ...given, version: given.version ?? pinned, values: given.values ?? {} },
    );
}

/** A part of the platform: a chart with its defaults, or what is there already. */
export type Part<There extends object> = ResolvedChart | Existing<There>;

/** A chart that this project installs, with its defaults. */
export interface ResolvedChart extends ChartSource {
  readonly values: Tree;
}

/** What is there already has no settings of ours. */
function standsAlone(given: object): boolean {
  return !('existing' in given) || Object.keys(given).length === 1;
}

const nothingBeside = rule(
  'says that it is there already, and how to make it',
  'write existing({ ... }) alone',
);

/** The store that every ExternalSecret names, whoever makes it. */
const storeShape = closedObject({
  name: dnsLabel().exactOptional(),
  namespaces: namesOf(dnsLabel()).exactOptional(),
  existing: existingShapes.store.exactOptional(),
})
  .refine(standsAlone, nothingBeside)
  .transform(({ existing, name = 'onepassword', ...own }) =>
    existing !== undefined
      ? { ...existing, isExisting: true }
      : {
          ...own,
          name,
          kind: 'ClusterSecretStore' as const,
          provider: 'onepassword' as const,
          isExisting: false,
        },
  );

const settingsFields = closedObject({
  name: dnsLabel().exactOptional(),
  namespace: dnsLabel().default('external-secrets'),
  clusterDomain: dnsSubdomain().default('cluster.local'),
  vaults: namesOf(
    text(rule('names no vault', 'write its title or ID')).refine(
      (title) => !isReservedKey(title),
      rule('is a name that JavaScript keeps for itself', 'write the ID of the vault'),
    ),
  ).default(['Kubernetes']),
  store: storeShape.prefault({}),
  credentialsSecret: dnsLabel().default('onepassword-secret'),
  refreshInterval: refreshInterval().default('1h'),
  flux: closedObject({
    namespace: dnsLabel().default('flux-system'),
    source: closedObject({
      kind: z.enum(
        ['GitRepository', 'OCIRepository', 'Bucket', 'ExternalArtifact'],
        rule('is no kind of Flux source', 'GitRepository is the usual one'),
      ),
      name: dnsLabel(),
      namespace: dnsLabel().exactOptional(),
    }).default({ kind: 'GitRepository', name: 'flux-system' }),
    path: repositoryPath().optional(),
    sopsSecret: dnsLabel().default('sops-age'),
    serviceAccountName: dnsLabel().optional(),
    interval: fluxDuration().default('10m'),
    retryInterval: fluxDuration().default('30s'),
    prune: z.boolean().default(true),
  }).prefault({}),
  externalSecrets: chart(versions.externalSecretsChart, existingShapes.externalSecrets).exactOptional(),
  connect: chart(versions.connectChart, existingShapes.connect).exactOptional(),
  networkPolicy: z.boolean().default(true),
  monitoring: closedObject({
    unit: externalUnitShape(),
    namespace: dnsLabel().default('monitoring'),
    labels: labels().exactOptional(),
  }).optional(),
  otherClusters: z.array(repositoryPath()).default([]),
  allowSameName: z
    .array(
      closedObject({
        secret: text(),
        file: text(),
        reason: text(rule('gives no reason', 'say why they are two Secrets')),
      }),
    )
    .default([]),
});

/** The shape of the settings, with their defaults. */
export const settingsSchema = settingsFields.transform(({ externalSecrets, connect, ...settings }) => {
  // Who has a store has what it needs.
  const orUsual = <There extends object>(
    part: Part<There> | undefined,
    version: string,
    unknown: There,
  ): Part<There> => part ?? (settings.store.isExisting ? { existing: unknown } : { version, values: {} });
  return {
    ...settings,
    externalSecrets: orUsual(externalSecrets, versions.externalSecretsChart, {}),
    connect: orUsual(connect, versions.connectChart, {}),
  };
});

/** Settings with every default filled in. */
export type ResolvedSettings = z.output<typeof settingsSchema>;

/**
 * Checks the operator's settings and fills in the defaults.
 *
 * @param input What `src/settings.ts` exports; anything, because nobody may have type-checked it.
 * @param where Name of that file, for the messages.
 * @returns `settings`, with defaults in the place of what is wrong, and `problems`.
 */
export function resolveSettings(
  input: unknown,
  where: string,
): { settings: ResolvedSettings; problems: Problem[] } {
  // zod takes an object of a class for one without fields.
  const plain = typeof input !== 'object' || input === null || isTree(input) ? input : 'an object of a class';
  const result = checkShape(settingsSchema, plain, where);
  const given = isTree(input) ? input : {};
  if ('value' in result) {
    return { settings: result.value, problems: togetherProblems(result.value, given, where) };
  }
  const settings = soundSettings(given);
  // What is missing in a part that has a mistake itself may be that mistake.
  const unclear = ['connect', 'store'].some((part) => !isSound(part, given));
  const more = togetherProblems(settings, given, where).filter(
    (problem) => !(unclear && problem.where.startsWith(`${where}: connect.`)),
  );
  return { settings, problems: [...result.problems, ...more] };
}

/** Whether a field is right by itself. */
function isSound(field: string, given: Tree): boolean {
  const shapes: Record<string, z.ZodType> = settingsFields.shape;
  if (!Object.hasOwn(given, field)) return true;
  return Object.hasOwn(shapes, field) && shapes[field]?.safeParse(given[field]).success === true;
}

/** The fields that are right by themselves; what is said to be there already is not made for a mistake beside that. */
function soundSettings(given: Tree): ResolvedSettings {
  const sound = Object.entries(given).flatMap(([field, value]) => {
    if (isSound(field, given)) return [[field, value]];
    if (!isTree(value) || !('existing' in value)) return [];
    return [[field, { existing: field === 'store' ? { name: 'onepassword' } : {} }]];
  });
  return settingsSchema.parse(Object.fromEntries(sound));
}

/**
 * Settings that are fine alone, and not beside others.
 *
 * @param given What the operator wrote.
 */
function togetherProblems(settings: ResolvedSettings, given: Tree, where: string): Problem[] {
  const problems: Problem[] = [];
  const say = (field: string, what: string, todo: string) =>
    problems.push({ where: `${where}: ${field}`, what, todo });
  const { connect, refreshInterval, store, vaults } = settings;
  if (isExisting(connect)) {
    const { host, token } = connect.existing;
    if (!store.isExisting && host === undefined) {
      const todo = "write its address: existing({ host: 'http://onepassword-connect:8080', ... })";
      say('connect.existing.host', 'is missing, and the store needs it', todo);
    }
    if (!store.isExisting && token === undefined) {
      const todo = "name the Secret with a token of that server: token: { namespace: '...', name: '...' }";
      say('connect.existing.token', 'is missing, and the store needs it', todo);
    }
    if (given['credentialsSecret'] !== undefined) {
      const todo = store.isExisting
        ? 'leave it out'
        : 'leave it out, and name the Secret in connect.existing.token';
      say('credentialsSecret', 'is for a Connect server of this project, and Connect is there already', todo);
    }
    if (given['networkPolicy'] === true) {
      const what = 'is for a Connect server of this project, and Connect is there already';
      say('networkPolicy', what, 'leave it out');
    }
  }
  if (store.provider === 'onepasswordSDK') {
    if (!isExisting(connect)) {
      const what = 'would be read by nobody: a store of onepasswordSDK reads 1Password itself';
      say('connect', what, 'leave it out');
    }
    if (vaults.length > 1) {
      const what = `names ${vaults.length} vaults, and a store of onepasswordSDK reads one`;
      say('vaults', what, 'name the one that the store names');
    }
  } else if (isTooLong(refreshInterval)) {
    const [what = '', todo = ''] = tooLong.split('; ');
    say('refreshInterval', `'${refreshInterval}' ${what}`, todo);
  }
  return problems;
}

/**
 * Folder of the project in the repository that Flux watches.
 *
 * @param repository What git says; undefined without git.
 * @returns '' for the root of the repository, else with a `/` at the end.
 */
export function projectPrefix(settings: ResolvedSettings, repository: Repository | undefined): string {
  const { path } = settings.flux;
  if (path === undefined) return repository?.prefix ?? '';
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return parts.map((part) => `${part}/`).join('');
}

/** The operator's page, relative to the project. */
export const settingsFile = 'src/settings.ts';

/**
 * Reads the settings of a project, for commands that can't go on without them.
 *
 * @param project Folder of the project.
 * @throws OperatorError with all that is wrong with them.
 */
export async function loadSettings(project: string): Promise<ResolvedSettings> {
  const page = await loadDefault(join(project, settingsFile), settingsFile);
  if ('problems' in page) throw new OperatorError(page.problems);
  const { settings, problems } = resolveSettings(page.value, settingsFile);
  if (problems.length > 0) throw new OperatorError(problems);
  return settings;
}
