/** The parts of the platform that a cluster may have already: what a project needs to know of them. */
import { z } from 'zod';
import type { ExternalUnit } from '../constructs/external-unit.js';
import { closedObject, dnsLabel, dnsSubdomain, externalUnitShape, namesOf, rule, text } from './shape.js';

/** A part of the platform that is there already, as `existing()` says it. */
export interface Existing<What extends object> {
  readonly existing: What;
}

/** External Secrets Operator, run by somebody else. */
export interface ExistingOperator {
  /** The Flux Kustomization that installs it; what this project makes waits for it. @default - it waits for nothing */
  readonly unit?: ExternalUnit;
  /** Namespace of its pods. @default - the setting `namespace` */
  readonly namespace?: string;
}

/** A 1Password Connect server, run by somebody else, in the cluster or elsewhere. */
export interface ExistingConnect {
  /** The Flux Kustomization that installs it; the store waits for it. @default - it waits for nothing */
  readonly unit?: ExternalUnit;
  /** Its address, such as `http://onepassword-connect.external-secrets.svc.cluster.local:8080`; the store needs it. */
  readonly host?: string;
  /** The Secret with an access token of it; the store needs it. */
  readonly token?: {
    /** @default - the setting `namespace` */
    readonly namespace?: string;
    readonly name: string;
    /** @default token */
    readonly key?: string;
  };
}

/** A store that reads 1Password, made by somebody else. */
export interface ExistingStore {
  /** `metadata.name`. */
  readonly name: string;
  /** With `SecretStore` every namespace of an app secret has to have one of that name. @default ClusterSecretStore */
  readonly kind?: 'ClusterSecretStore' | 'SecretStore';
  /**
   * Its provider: `onepassword` reads a Connect server; `onepasswordSDK` reads 1Password with a service account,
   * one vault a store, and may be asked less often: then `refreshInterval` may be longer than 1h.
   *
   * @default onepassword
   */
  readonly provider?: 'onepassword' | 'onepasswordSDK';
  /** The only namespaces that may use it. @default - all */
  readonly namespaces?: readonly string[];
  /** The Flux Kustomization that makes it; the app secrets wait for it. @default - they wait for nothing */
  readonly unit?: ExternalUnit;
}

/**
 * Says that the cluster has a part of the platform already: `externalSecrets`, `connect` or `store` of the
 * settings. Then `dist/` holds nothing of it.
 *
 * @param what What this project has to know of it; see the type of the setting.
 * @returns What the setting takes.
 *
 * @example
 * import { defineSettings, existing, externalUnit } from 'cluster-secrets';
 *
 * export default defineSettings({
 *   store: existing({ name: 'onepassword', unit: externalUnit('onepassword-store', 'external-secrets') }),
 * });
 */
export function existing<const What extends object = object>(what?: What): Existing<What> {
  return { existing: what ?? ({} as What) };
}

/** An address of a Connect server. */
const host = text().superRefine((value, context) => {
  const message = hostFault(value);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

function hostFault(value: string): string | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    return rule('is not the address of a server', 'write one such as http://onepassword-connect:8080');
  }
  if (url.username !== '' || url.password !== '') {
    return rule('holds a user or a password', 'take it out, and change that password: it is in git now');
  }
  return url.search !== '' || url.hash !== ''
    ? rule('has more than an address', 'leave out what follows ? or #')
    : undefined;
}

/** Shapes of what `existing()` says, by setting. */
export const existingShapes = {
  externalSecrets: closedObject({
    unit: externalUnitShape().exactOptional(),
    namespace: dnsLabel().exactOptional(),
  }),
  connect: closedObject({
    unit: externalUnitShape().exactOptional(),
    host: host.exactOptional(),
    token: closedObject({
      namespace: dnsLabel().exactOptional(),
      name: dnsSubdomain(),
      key: text().default('token'),
    }).exactOptional(),
  }),
  store: closedObject({
    name: dnsSubdomain(),
    kind: z
      .enum(
        ['ClusterSecretStore', 'SecretStore'],
        rule('is not a kind of store', 'write ClusterSecretStore or SecretStore'),
      )
      .default('ClusterSecretStore'),
    provider: z
      .enum(
        ['onepassword', 'onepasswordSDK'],
        rule('is not a provider that reads 1Password', 'write onepassword or onepasswordSDK'),
      )
      .default('onepassword'),
    namespaces: namesOf(dnsLabel()).exactOptional(),
    unit: externalUnitShape().exactOptional(),
  }),
};

/** Whether a part of the platform is somebody else's. */
export function isExisting<What extends object>(part: object | Existing<What>): part is Existing<What> {
  return 'existing' in part;
}
