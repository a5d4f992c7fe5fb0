/** Asks the API server as the tests need it: any object, any verb, the answer as it is. */
import { Agent, request } from 'node:https';
import { json } from 'node:stream/consumers';
import type { Server, User } from './server.js';

/** An object of the API. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into objects of every kind
export type Manifest = any;

/** What the server said. */
export interface Answer {
  readonly status: number;
  readonly body: Manifest;
}

/** A kind as its API group names it. */
interface Kind {
  readonly plural: string;
  readonly namespaced: boolean;
}

/** One user's connection. */
export class ApiClient {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 16 });
  private readonly kinds = new Map<string, Promise<Map<string, Kind>>>();

  constructor(
    private readonly server: Server,
    private readonly user: User,
  ) {}

  close(): void {
    this.agent.destroy();
  }

  /** @param type Content type of the body. */
  async request(method: string, path: string, body?: unknown, type = 'application/json'): Promise<Answer> {
    const { url, authority, tokens } = this.server;
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${tokens[this.user]}`, 'content-type': type };
      const options = { method, headers, agent: this.agent, ca: authority };
      const sent = request(new URL(path, url), options, async (response) => {
        try {
          const answer = response.headers['content-type']?.startsWith('application/json')
            ? await json(response)
            : void response.resume();
          resolve({ status: response.statusCode ?? 0, body: answer });
        } catch (error) {
          reject(error);
        }
      });
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /**
   * Where an object is, or would be.
   *
   * @returns undefined when the server does not know its kind.
   */
  async path({ apiVersion, kind, metadata }: Manifest): Promise<string | undefined> {
    const root = String(apiVersion).includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    let kinds = this.kinds.get(root);
    if (!kinds) {
      kinds = this.readKinds(root);
      this.kinds.set(root, kinds);
    }
    const found = (await kinds).get(kind);
    if (!found) return undefined;
    const scope = found.namespaced ? `/namespaces/${metadata.namespace}` : '';
    return `${root}${scope}/${found.plural}/${metadata.name}`;
  }

  private async readKinds(root: string): Promise<Map<string, Kind>> {
    const { body } = await this.request('GET', root);
    const resources: Manifest[] = body?.resources ?? [];
    return new Map(
      resources
        .filter(({ name }) => !name.includes('/'))
        .map(({ kind, name, namespaced }) => [kind, { plural: name, namespaced }]),
    );
  }

  /** Server-side apply with strict validation of fields, as Flux applies. */
  async apply(object: Manifest, { dryRun = false } = {}): Promise<Answer> {
    const path = await this.path(object);
    if (path === undefined) {
      return { status: 404, body: { message: `no kind ${object.kind} in ${object.apiVersion}` } };
    }
    const query = `fieldManager=test&force=true&fieldValidation=Strict${dryRun ? '&dryRun=All' : ''}`;
    return this.request('PATCH', `${path}?${query}`, object, 'application/apply-patch+yaml');
  }

  /** Applies, and throws when it is refused. */
  async put(object: Manifest): Promise<void> {
    await expectOk(this.apply(object), object);
  }

  /** Applies an object, and writes its status as a controller does. */
  async putWithStatus({ status, ...object }: Manifest): Promise<void> {
    await this.put(object);
    await this.putStatus(object, status);
  }

  /** Writes the status of an object that is there. */
  async putStatus(object: Manifest, status: Manifest): Promise<void> {
    const path = `${await this.path(object)}/status?fieldValidation=Strict`;
    await expectOk(this.request('PATCH', path, { status }, 'application/merge-patch+json'), object);
  }

  /** @returns undefined when it is not there. */
  async get(object: Manifest): Promise<Manifest> {
    const { status, body } = await this.request('GET', (await this.path(object)) ?? '');
    return status === 404 ? undefined : body;
  }

  /** Deletes an object; that it is not there is fine. */
  async delete(object: Manifest): Promise<void> {
    const { status, body } = await this.request('DELETE', (await this.path(object)) ?? '');
    if (status >= 300 && status !== 404) throw new Error(`${object.kind}: ${body?.message}`);
  }
}

async function expectOk(answer: Promise<Answer>, { kind, metadata }: Manifest): Promise<void> {
  const { status, body } = await answer;
  if (status >= 300) throw new Error(`${kind} ${metadata.name}: ${status} ${body?.message}`);
}
