import type { ClientRequestOptions, IRequestClient, OPConnect } from '@1password/connect';
import { z } from 'zod';
import { closest } from '../closest.js';
import { OperatorError } from '../errors.js';
import { type ItemContents, isId, type VaultItem, type Vaults } from './vaults.js';

/** How to reach a Connect server. */
export interface ConnectAccess {
  /** `OP_CONNECT_HOST`: a URL such as `http://localhost:8080`. */
  readonly host: string;
  /** `OP_CONNECT_TOKEN`. */
  readonly token: string;
  /** Namespace of this project's Connect server, for messages; undefined if it isn't ours. */
  readonly namespace: string | undefined;
}

const timeout = 15_000;

const word = z.string().nullish();
/** Keeps only whether there is a value. */
const filled = word.transform((value) => (value ? 'filled' : ''));

/**
 * Connect's responses by the end of the path. zod drops every property that is not listed here, and reduces
 * each value to whether it is empty.
 */
const answers: readonly [path: RegExp, shape: z.ZodType][] = [
  [/\/vaults\/?$/, z.array(z.object({ id: z.string(), name: word }))],
  [/\/items\/?$/, z.array(z.object({ id: z.string(), title: word, category: word }))],
  [
    /\/items\/[^/]+$/,
    z.object({
      fields: z.array(z.object({ label: word, value: filled })).nullish(),
      files: z.array(z.object({ name: word, size: z.number().nullish() })).nullish(),
    }),
  ],
];

/** Connect answered with an error. */
class ConnectRefusal extends Error {
  constructor(readonly status: number) {
    super(`Connect answered ${status}`);
  }
}

/**
 * Reads 1Password through a Connect server, with the official SDK.
 *
 * The SDK sends its requests through our client: its own follows redirects, and with `DEBUG` set prints the
 * request headers, including the token.
 *
 * @throws OperatorError if the URL or the token is malformed.
 */
export async function openConnect({ host, token, namespace }: ConnectAccess): Promise<Vaults> {
  const address = URL.canParse(host) ? new URL(host) : undefined;
  if (!address || !/^https?:$/.test(address.protocol)) {
    const todo = 'set it to one such as http://localhost:8080';
    throw new OperatorError([{ where: 'OP_CONNECT_HOST', what: 'is not an HTTP URL', todo }]);
  }
  if (/\/v1\/?$/.test(address.pathname)) {
    const what = 'ends in /v1, which every request adds itself';
    throw new OperatorError([{ where: 'OP_CONNECT_HOST', what, todo: 'remove /v1' }]);
  }
  if (!/^[\x21-\x7e]+$/.test(token)) {
    const what = 'has characters that no token has';
    throw new OperatorError([{ where: 'OP_CONNECT_TOKEN', what, todo: 'set it to the token alone' }]);
  }
  // Without the trailing slash the SDK would drop the last segment of the path.
  const serverURL = `${address.origin}${address.pathname.replace(/\/*$/, '/')}`;
  const { OnePasswordConnect } = await import('@1password/connect');
  const httpClient = new LabelsOnlyClient(serverURL, namespace);
  return new Connect(OnePasswordConnect({ serverURL, token, httpClient }), { serverURL, namespace });
}

class Connect implements Vaults {
  readonly source = 'Connect';
  #vaults: ReturnType<OPConnect['listVaults']> | undefined;

  constructor(
    private readonly client: OPConnect,
    private readonly server: { readonly serverURL: string; readonly namespace: string | undefined },
  ) {}

  async listItems(vault: string): Promise<VaultItem[]> {
    this.#vaults ??= this.#ask(this.client.listVaults());
    const vaults = await this.#vaults;
    const same = vaults.filter(({ id, name }) => (isId(vault) ? id : name) === vault);
    if (same.length > 1) {
      const what = `${same.length} vaults have this title, so External Secrets Operator uses none of them`;
      throw new OperatorError([{ where: `vault '${vault}'`, what, todo: 'write its ID instead' }]);
    }
    const id = same[0]?.id;
    const names = vaults.flatMap(({ name }) => name ?? []);
    if (id === undefined) throw noAccess(vault, names);
    const items = await this.client.listItems(id).catch((error: unknown) => {
      const refused = error instanceof ConnectRefusal && [403, 404].includes(error.status);
      throw refused ? noAccess(vault, names) : this.#explain(error);
    });
    return items.map((item) => ({
      id: item.id ?? '',
      title: item.title ?? '',
      vaultId: id,
      isDocument: String(item.category) === 'DOCUMENT',
    }));
  }

  async readItem({ vaultId, id }: VaultItem): Promise<ItemContents> {
    const { fields, files } = await this.#ask(this.client.getItemById(vaultId, id));
    return {
      labels: (fields ?? []).map(({ label }) => label ?? ''),
      files: (files ?? []).map(({ name }) => name ?? ''),
      emptyLabels: (fields ?? []).flatMap(({ label, value }) => (value ? [] : (label ?? ''))),
      emptyFiles: (files ?? []).flatMap(({ name, size }) => (size === 0 ? (name ?? '') : [])),
    };
  }

  async #ask<Answer>(answer: Promise<Answer>): Promise<Answer> {
    try {
      return await answer;
    } catch (error) {
      throw this.#explain(error);
    }
  }

  #explain(error: unknown): unknown {
    if (!(error instanceof ConnectRefusal)) return error;
    const { status } = error;
    const { serverURL, namespace } = this.server;
    if (status === 403) {
      const what = 'Connect denies this token access (403)';
      const todo = 'make one with `op connect token create` that can read the vaults in src/settings.ts';
      return new OperatorError([{ where: 'OP_CONNECT_TOKEN', what, todo }]);
    }
    const what = status >= 500 ? `Connect failed (${status})` : `Connect answered ${status}`;
    const todo =
      namespace === undefined
        ? 'look for the cause in its log'
        : `look for the cause in \`kubectl -n ${namespace} logs deployment/onepassword -c connect-api\``;
    return new OperatorError([{ where: serverURL, what, todo }]);
  }
}

function noAccess(vault: string, others: readonly string[]): OperatorError {
  const [near] = closest(vault, others);
  const readable = others.length > 0 ? others.join(', ') : 'none';
  return new OperatorError([
    {
      where: `vault '${vault}'`,
      what: `no such vault, or OP_CONNECT_TOKEN can't read it (it can read: ${readable})`,
      todo: `${near === undefined ? '' : `did you mean '${near}'? `}correct vaults in src/settings.ts, or make a token that can read this vault`,
    },
  ]);
}

/** Sends the SDK's requests, and strips all values from the responses. */
class LabelsOnlyClient implements IRequestClient {
  readonly defaultTimeout = timeout;

  constructor(
    private readonly serverURL: string,
    private readonly namespace: string | undefined,
  ) {}

  async request(method: string, url: string, { authToken }: ClientRequestOptions) {
    let response: Response;
    let text: string;
    try {
      response = await fetch(url, {
        method,
        headers: { authorization: `Bearer ${authToken}`, accept: 'application/json' },
        redirect: 'manual',
        signal: AbortSignal.timeout(timeout),
      });
      text = await response.text();
    } catch (error) {
      const todo =
        this.namespace === undefined
          ? 'correct OP_CONNECT_HOST'
          : `correct OP_CONNECT_HOST, or run \`kubectl -n ${this.namespace} port-forward service/onepassword 8080:80\` and set it to http://localhost:8080`;
      throw this.#error(`Connect does not answer (${reason(error)})`, todo);
    }
    if (response.status === 401) {
      const what = 'Connect rejects this token (401): it is wrong, expired or revoked';
      const todo = 'make one for this Connect server with `op connect token create`';
      throw new OperatorError([{ where: 'OP_CONNECT_TOKEN', what, todo }]);
    }
    if (response.status >= 300 && response.status < 400) {
      const what = `redirects elsewhere (${response.status}), and the token is not sent there`;
      throw this.#error(what, 'set OP_CONNECT_HOST to the address of Connect itself');
    }
    if (response.status !== 200) throw new ConnectRefusal(response.status);
    return { status: response.status, data: this.#withoutValues(url, text) };
  }

  #withoutValues(url: string, json: string): unknown {
    try {
      const { pathname } = new URL(url);
      return answers.find(([path]) => path.test(pathname))?.[1].parse(JSON.parse(json));
    } catch {
      const todo = 'set OP_CONNECT_HOST to the address of Connect';
      throw this.#error('does not answer like Connect', todo);
    }
  }

  #error(what: string, todo: string): OperatorError {
    return new OperatorError([{ where: this.serverURL, what, todo }]);
  }
}

/** Why there was no answer: only a code, because a message could quote the request. */
function reason(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError')
    return `timeout after ${timeout / 1000} s`;
  const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  return cause?.code ?? (cause?.message === 'bad port' ? 'a port that fetch blocks' : 'no connection');
}
