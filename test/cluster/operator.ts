/**
 * A stand-in for External Secrets Operator 2.9.0, and for the namespace controller: it writes the Secrets,
 * statuses and events that those were seen to write.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { event, externalSecret, store } from '../cluster-api/objects.js';
import type { ApiClient, Manifest } from './client.js';

/** What is in 1Password: items by title, their values by label. */
export type Items = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** How it does its work; a test changes it. */
export interface Behaviour {
  /** Whether it looks at the ExternalSecrets of a namespace. */
  worksIn: (namespace: string) => boolean;
  /** Whether the store can use Connect. */
  storeWorks: boolean;
  /** Whether it writes a Secret with empty values, where the real one refuses. */
  careless: boolean;
  /** Whether deleted namespaces go. */
  finalizes: boolean;
}

const normal: Behaviour = {
  worksIn: () => true,
  storeWorks: true,
  careless: false,
  finalizes: true,
};

/** What is in the Secret, or why there is none. */
type Outcome = { readonly data: Record<string, string> } | { readonly error: string };

/** A running stand-in. */
export class Operator {
  readonly behaviour: Behaviour = { ...normal };
  private readonly seen = new Map<string, string>();
  private stopping = false;
  private readonly running: Promise<void>;

  constructor(
    private readonly client: ApiClient,
    private readonly items: Items,
  ) {
    this.running = this.run();
  }

  /** Back to how the real one works. */
  reset(): void {
    Object.assign(this.behaviour, normal);
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      await this.reconcile();
      if (this.behaviour.finalizes) await this.finalizeNamespaces();
      await sleep(50);
    }
  }

  private async list(path: string): Promise<Manifest[]> {
    const { body } = await this.client.request('GET', path);
    const kind = body.kind.replace(/List$/, '');
    return body.items.map((item: Manifest) => ({ apiVersion: body.apiVersion, kind, ...item }));
  }

  private async reconcile(): Promise<void> {
    const [stores, externalSecrets] = await Promise.all([
      this.list('/apis/external-secrets.io/v1/clustersecretstores'),
      this.list('/apis/external-secrets.io/v1/externalsecrets'),
    ]);
    for (const object of stores) {
      if (!this.isNew(object)) continue;
      await this.client.putStatus(object, statusOf(store(this.behaviour.storeWorks)));
      if (!this.behaviour.storeWorks)
        await this.tell(object, 'dial tcp 10.0.0.1:80: connect: connection refused');
    }
    for (const object of externalSecrets) {
      // One that a test gives a status itself.
      if (object.metadata.labels?.test === 'by-hand') continue;
      if (object.metadata.deletionTimestamp || !this.behaviour.worksIn(object.metadata.namespace)) continue;
      if (!this.isNew(object)) continue;
      // It may be deleted in the meantime; if not, it is tried again, as the real one does.
      await this.sync(object).catch(() => this.seen.delete(object.metadata.uid));
    }
  }

  /** A generation and a set of annotations is looked at once; a store waits for its annotation. */
  private isNew({ metadata }: Manifest): boolean {
    const version = `${metadata.generation} ${JSON.stringify(metadata.annotations)}`;
    if (this.seen.get(metadata.uid) === version) return false;
    this.seen.set(metadata.uid, version);
    return true;
  }

  private async sync(object: Manifest): Promise<void> {
    const { metadata, spec } = object;
    const { namespace, name } = metadata;
    const outcome = this.outcomeOf(spec);
    const failed = 'error' in outcome;
    if (!failed || this.behaviour.careless) {
      const data = failed ? { value: '' } : outcome.data;
      await this.client.put({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: {
          namespace,
          name: spec.target.name,
          labels: {
            // Without a template, those of the ExternalSecret.
            ...(spec.target.template ? {} : metadata.labels),
            'reconcile.external-secrets.io/managed': 'true',
          },
          ownerReferences: [
            {
              apiVersion: 'external-secrets.io/v1',
              kind: 'ExternalSecret',
              name,
              uid: metadata.uid,
              controller: true,
              blockOwnerDeletion: true,
            },
          ],
        },
        data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, btoa(value)])),
      });
    }
    if (failed) await this.tell(object, outcome.error);
    await this.client.putStatus(
      object,
      statusOf(externalSecret(namespace, name, failed ? { failing: true } : { synced: 0 })),
    );
  }

  private outcomeOf(spec: Manifest): Outcome {
    const fields: Record<string, string> = {};
    for (const [index, { extract, rewrite = [] }] of spec.dataFrom.entries()) {
      const item = this.items[extract.key];
      if (!item) {
        const where = `spec.dataFrom[${index}].extract`;
        return {
          error: `error processing ${where}, err: key not found in 1Password Vaults: ${extract.key} in: map[Kubernetes:1]`,
        };
      }
      for (const [label, value] of Object.entries(item)) {
        const name = rewrite.reduce(
          (text: string, { regexp }: Manifest) => text.replace(new RegExp(regexp.source, 'g'), regexp.target),
          rewrite.length > 0 ? label : label.replace(/[^-._a-zA-Z0-9]/g, '_'),
        );
        fields[name] = value;
      }
    }
    const template: Record<string, string> | undefined = spec.target.template?.data;
    if (!template) return { data: fields };
    const data: Record<string, string> = {};
    for (const [key, text] of Object.entries(template)) {
      // A field, or one that may not be empty.
      const name = /^\{\{ (?:with )?\.(\w+) \}\}/.exec(text)?.[1] ?? '';
      const value = fields[name];
      if (value === undefined) {
        const at = `unable to execute template at key ${key}: `;
        return {
          error: `could not apply template: could not execute template: could not execute template: ${at}${at}template: ${key}:1:3: executing "${key}" at <.${name}>: map has no entry for key "${name}"`,
        };
      }
      data[key] = value;
    }
    return { data };
  }

  /** Writes an event about an object, as ESO does. */
  async tell({ kind, metadata }: Manifest, message: string): Promise<void> {
    const { namespace, name, uid } = metadata;
    const involved = { kind, name, uid, ...(namespace !== undefined && { namespace }) };
    const told: Manifest = event(involved, message, 0);
    told.metadata.name = `${name}.${randomBytes(8).toString('hex')}`;
    const path = `/api/v1/namespaces/${told.metadata.namespace}/events?fieldValidation=Strict`;
    const { status, body } = await this.client.request('POST', path, told);
    if (status >= 300) throw new Error(`event: ${status} ${body.message}`);
  }

  private async finalizeNamespaces(): Promise<void> {
    for (const namespace of await this.list('/api/v1/namespaces')) {
      if (!namespace.metadata.deletionTimestamp) continue;
      const path = `/api/v1/namespaces/${namespace.metadata.name}/finalize`;
      await this.client.request('PUT', path, { ...namespace, spec: { finalizers: [] } });
    }
  }
}

function statusOf(object: Manifest): Manifest {
  return object.status;
}
