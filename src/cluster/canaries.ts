import { App, Chart } from 'cdk8s';
import { AppSecret, type AppSecretContext, type AppSecretProps } from '../constructs/app-secret.js';
import { problemLine } from '../errors.js';
import { ask, ClusterError, type ClusterObject, type Connection, ifThere, resources } from './connection.js';
import { readSecretMetadata } from './secret-metadata.js';
import { until } from './until.js';

/** How long to wait for a deletion to finish, in milliseconds. */
const goneWithin = 30_000;

const { group, version, plural } = resources.externalSecrets;

/** Where the canaries are created. */
export interface Place {
  readonly namespace: string;
  /** Whether the namespace is created for them, and deleted with them. */
  readonly own: boolean;
}

/**
 * Short-lived ExternalSecrets that show whether the operator works.
 *
 * They are named here rather than with `generateName`, so that they can be deleted even if the response to
 * the create request was lost.
 */
export class Canaries {
  private hasNamespace = false;
  private hasAnswer = false;
  private readonly names: string[] = [];

  constructor(
    private readonly connection: Connection,
    readonly place: Place,
    private readonly context: AppSecretContext,
  ) {}

  /**
   * Creates the namespace, or checks that the user's one exists.
   *
   * @throws ClusterError.
   */
  async open(): Promise<void> {
    const { namespace: name, own } = this.place;
    if (!own) {
      const there = await ifThere(
        ask(this.connection, 'get namespaces', ({ core }) => core.readNamespace({ name })),
      );
      if (there) return;
      throw new ClusterError(404, `namespace ${name}`, 'does not exist', 'name an existing namespace');
    }
    const labels = {
      'app.kubernetes.io/managed-by': 'cluster-secrets-acceptance',
      // No pod runs here, and a policy may require the strictest level.
      'pod-security.kubernetes.io/enforce': 'restricted',
    };
    await made(
      ask(this.connection, 'create namespaces', ({ core }) =>
        core.createNamespace({ body: { metadata: { name, labels } } }),
      ),
      () => {
        this.hasNamespace = true;
      },
    );
  }

  /**
   * Creates an ExternalSecret as synth writes it.
   *
   * @throws ClusterError.
   */
  async make(secret: Omit<AppSecretProps, 'namespace'>): Promise<void> {
    const { namespace } = this.place;
    const chart = new Chart(new App(), 'canary');
    new AppSecret(chart, 'canary', { ...secret, namespace }, this.context);
    const [body] = chart.toJson();
    await made(
      ask(this.connection, `create ${plural}.${group}`, ({ custom }) =>
        custom.createNamespacedCustomObject({ group, version, plural, namespace, body }),
      ),
      () => this.names.push(secret.name),
    );
  }

  /** The ExternalSecret's current state; undefined if it is gone. */
  async read(name: string): Promise<ClusterObject | undefined> {
    const { namespace } = this.place;
    const object: ClusterObject | undefined = await ifThere(
      ask(this.connection, `get ${plural}.${group}`, ({ custom }) =>
        custom.getNamespacedCustomObject({ group, version, plural, namespace, name }),
      ),
    );
    if (object?.status !== undefined) this.hasAnswer = true;
    return object;
  }

  /** Whether none was created. */
  get isEmpty(): boolean {
    return this.names.length === 0;
  }

  /** Whether ESO has written a status for any of them. */
  get answered(): boolean {
    return this.hasAnswer;
  }

  /** The messages of its Warning events, oldest first. */
  async warnings(name: string): Promise<string[]> {
    const { namespace } = this.place;
    const fieldSelector = `type=Warning,involvedObject.kind=ExternalSecret,involvedObject.name=${name}`;
    const { items } = await ask(this.connection, 'list events', ({ core }) =>
      core.listNamespacedEvent({ namespace, fieldSelector }),
    );
    const at = ({ lastTimestamp, eventTime }: (typeof items)[number]) =>
      new Date(lastTimestamp ?? eventTime ?? 0).getTime();
    return items.sort((a, b) => at(a) - at(b)).map(({ message = '' }) => message);
  }

  /**
   * Deletes everything that was created, and waits a while for it to go.
   *
   * @param report Receives a line for each object that Kubernetes is still deleting after that.
   * @returns What could not be deleted and why, one line each.
   */
  async remove(report: (line: string) => void): Promise<string[]> {
    const { namespace } = this.place;
    const left: string[] = [];
    const attempt = async (what: string, step: () => Promise<boolean>) => {
      try {
        if (!(await step())) report(`${what}: Kubernetes is still deleting it; check later that it is gone`);
      } catch (error) {
        if (!(error instanceof ClusterError)) throw error;
        left.push(`${what}: could not be deleted; delete it by hand`, ...error.problems.map(problemLine));
      }
    };
    // The ExternalSecret first, or ESO would recreate its Secret. Then the Secret, because Kubernetes
    // garbage-collects it only some time after its owner.
    await Promise.all(
      this.names.map(async (name) => {
        await attempt(`ExternalSecret ${namespace}/${name}`, async () => {
          await this.deleteExternalSecret(name);
          return gone(() => this.read(name));
        });
        await attempt(`Secret ${namespace}/${name}`, async () => {
          await this.deleteSecret(name);
          return gone(() => readSecretMetadata(this.connection, namespace, name));
        });
      }),
    );
    if (this.hasNamespace) {
      await attempt(`namespace ${namespace}`, async () => {
        await ifThere(
          ask(this.connection, 'delete namespaces', ({ core }) => core.deleteNamespace({ name: namespace })),
        );
        return gone(() =>
          ifThere(
            ask(this.connection, 'get namespaces', ({ core }) => core.readNamespace({ name: namespace })),
          ),
        );
      });
    }
    return left;
  }

  private async deleteExternalSecret(name: string): Promise<void> {
    const { namespace } = this.place;
    await ifThere(
      ask(this.connection, `delete ${plural}.${group}`, ({ custom }) =>
        custom.deleteNamespacedCustomObject({ group, version, plural, namespace, name }),
      ),
    );
  }

  private async deleteSecret(name: string): Promise<void> {
    const { namespace } = this.place;
    await ifThere(
      ask(this.connection, 'delete secrets', ({ core }) => core.deleteNamespacedSecret({ namespace, name })),
    );
  }
}

/** Without a response, the object may exist nonetheless; if the API server refused, it does not. */
async function made(request: Promise<unknown>, remember: () => void): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof ClusterError) || error.status === undefined) remember();
    throw error;
  }
  remember();
}

async function gone(read: () => Promise<unknown>): Promise<boolean> {
  return (await until(async () => ((await read()) === undefined ? true : undefined), goneWithin)) ?? false;
}
