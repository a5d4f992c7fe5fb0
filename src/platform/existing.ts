/** What a project needs to know about parts of the platform that the cluster already has. */
import { z } from 'zod';
import type { ExternalUnit } from '../constructs/external-unit.js';
import { closedObject, dnsLabel, dnsSubdomain, externalUnitShape, namesOf, rule, text } from './shape.js';

/** A part of the platform that the cluster already has; `existing()` makes it. */
export interface Existing<What extends object> {
  /** The details of the part. */
  readonly existing: What;
}

/** An External Secrets Operator that this project does not install. */
export interface ExistingOperator {
  /** The Flux Kustomization that installs it; this project's units wait for it. @default - they don't wait */
  readonly unit?: ExternalUnit;
  /** Namespace of its pods. @default - the setting `namespace` */
  readonly namespace?: string;
}

/** A 1Password Connect server that this project does not install, in the cluster or elsewhere. */
export interface ExistingConnect {
  /** The Flux Kustomization that installs it; the store waits for it. @default - it doesn't wait */
  readonly unit?: ExternalUnit;
  /**
   * Its address, such as `http://onepassword-connect.external-secrets.svc.cluster.local:8080`. Required unless the
   * store is `existing()`.
   */
  readonly host?: string;
  /** The Secret with an access token for it. Required unless the store is `existing()`. */
  readonly token?: {
    /** Namespace of the Secret. @default - the setting `namespace` */
    readonly namespace?: string;
    /** Name of the Secret. */
    readonly name: string;
    /** Key of the Secret that holds the token. @default token */
    readonly key?: string;
  };
}

/** A store that reads 1Password and that this project does not create. */
export interface ExistingStore {
  /** `metadata.name`. */
  readonly name: string;
  /** With `SecretStore`, every namespace with app secrets needs one of that name. @default ClusterSecretStore */
  readonly kind?: 'ClusterSecretStore' | 'SecretStore';
  /**
   * Its provider: `onepassword` reads a Connect server; `onepasswordSDK` reads one vault with a service account,
   * whose rate limits may call for a `refreshInterval` over 1h.
   *
   * @default onepassword
   */
  readonly provider?: 'onepassword' | 'onepasswordSDK';
  /** The only namespaces that may use it. @default - all */
  readonly namespaces?: readonly string[];
  /** The Flux Kustomization that creates it; the app secrets wait for it. @default - they don't wait */
  readonly unit?: ExternalUnit;
}

/**
 * Marks a part of the platform as one that the cluster already has: `externalSecrets`, `connect` or `store` in the
 * settings. `dist/` then contains nothing for it.
 *
 * @param what What this project needs to know about it; see the type of the setting. @default {}
 * @returns The value for the setting.
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

/** The address of a Connect server. */
const host = text().superRefine((value, context) => {
  const message = hostFault(value);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

function hostFault(value: string): string | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    return rule('is not a server address', 'use an address such as http://onepassword-connect:8080');
  }
  if (url.username !== '' || url.password !== '') {
    return rule('contains a user name or a password', 'remove it, and change the password: it is in git now');
  }
  return url.search !== '' || url.hash !== ''
    ? rule('has a query or a fragment', 'remove everything from ? or # on')
    : undefined;
}

/** The shapes of what `existing()` takes, by setting. */
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
      key: text()
        .regex(/^[-._a-zA-Z0-9]+$/, rule('is not a valid key of a Secret', 'use letters, digits, -, _ and .'))
        .default('token'),
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

/** Whether the cluster already has a part of the platform, so that this project does not install it. */
export function isExisting<What extends object>(part: object | Existing<What>): part is Existing<What> {
  return 'existing' in part;
}
