/**
 * A stand-in for a 1Password Connect server, read-only, after 1Password's public OpenAPI description of
 * Connect (1.5.7) and what the official SDKs ask for: JavaScript 1.4.2 (a `/` behind `vaults` and `items`)
 * and Go 1.5.3 (vaults filtered by `title`; the header with the version).
 *
 * Alone: `tsx test/connect/server.ts --items FILE --port N`, with FILE the JSON of a `ConnectData`.
 */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

/** What the stand-in serves. IDs are 26 lower-case letters and digits, as 1Password's are. */
export interface ConnectData {
  /** Each bearer token, and the names of the vaults that it may read. */
  readonly tokens: { readonly [token: string]: readonly string[] };
  readonly vaults: readonly { readonly id: string; readonly name: string }[];
  readonly items: readonly ConnectItem[];
}

export interface ConnectItem {
  readonly id: string;
  /** Name of its vault. */
  readonly vault: string;
  readonly title: string;
  /** @default LOGIN */
  readonly category?: string;
  readonly fields?: readonly {
    readonly label?: string;
    readonly value?: string;
    readonly type?: string;
    readonly section?: string;
  }[];
  readonly files?: readonly { readonly id: string; readonly name: string; readonly content: string }[];
}

/** A running stand-in. */
export interface ConnectServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** The requests so far, without heartbeats: `GET /v1/vaults/?filter=name eq "X" 200`. */
  readonly requests: string[];
  /** The most requests that were being answered at one time. */
  readonly atOnce: number;
  close(): Promise<void>;
}

class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

interface Answer {
  readonly type?: string;
  readonly body: unknown;
}

const id = /^[\da-z]{26}$/;

function answer(data: ConnectData, request: IncomingMessage): Answer {
  const url = new URL(request.url ?? '/', 'http://connect');
  if (url.pathname === '/heartbeat') return { type: 'text/plain', body: '.' };
  if (url.pathname === '/health') {
    const dependencies = ['sqlite', 'sync'].map((service) => ({ service, status: 'ACTIVE' }));
    return { body: { name: '1Password Connect API', version: '1.8.2', dependencies } };
  }
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  const allowed = token !== undefined && Object.hasOwn(data.tokens, token) ? data.tokens[token] : undefined;
  if (!allowed) throw new Refusal(401, 'Invalid token signature');
  if (request.method !== 'GET') throw new Refusal(403, 'Authorization: this token may only read');

  const [version, vaults, vaultId, items, itemId, files, fileId, content, ...more] = url.pathname
    .replace(/\/$/, '')
    .split('/')
    .slice(1)
    .map(decodeURIComponent);
  if (version !== 'v1' || vaults !== 'vaults' || more.length > 0) throw new Refusal(404, 'Not found');
  const filter = url.searchParams.get('filter');
  if (vaultId === undefined) {
    const wanted = filtered(filter, ['name', 'title']);
    return {
      body: data.vaults
        .filter(({ name }) => allowed.includes(name) && wanted(name))
        .map((vault) => vaultBody(data, vault)),
    };
  }
  if (!id.test(vaultId)) throw new Refusal(400, 'Invalid Vault UUID');
  const vault = data.vaults.find((one) => one.id === vaultId);
  if (!vault) throw new Refusal(404, `vault ${vaultId} not found`);
  if (!allowed.includes(vault.name)) throw new Refusal(403, `vault ${vaultId} is not in scope`);
  if (items === undefined) return { body: vaultBody(data, vault) };

  const inVault = data.items.filter((item) => item.vault === vault.name);
  if (items !== 'items') throw new Refusal(404, 'Not found');
  if (itemId === undefined) {
    const wanted = filtered(filter, ['title']);
    return {
      body: inVault.filter(({ title }) => wanted(title)).map((item) => itemBody(item, vault.id)),
    };
  }
  if (!id.test(itemId)) throw new Refusal(400, 'Invalid Item UUID');
  const item = inVault.find((one) => one.id === itemId);
  if (!item) throw new Refusal(404, `item ${itemId} not found`);
  if (files === undefined) return { body: fullItemBody(item, vault.id) };

  if (files !== 'files') throw new Refusal(404, 'Not found');
  const bodies = fullItemBody(item, vault.id).files;
  if (fileId === undefined) return { body: bodies };
  const file = item.files?.find((one) => one.id === fileId);
  if (!file) throw new Refusal(404, `file ${fileId} not found`);
  return content === 'content'
    ? { type: 'application/octet-stream', body: file.content }
    : { body: bodies.find((one) => one.id === fileId) };
}

/** Reads a SCIM filter `attribute eq "text"`. */
function filtered(filter: string | null, attributes: readonly string[]): (text: string) => boolean {
  if (filter === null) return () => true;
  const [, attribute = '', wanted] = /^(\w+) eq "([^"]*)"$/i.exec(filter) ?? [];
  if (!attributes.includes(attribute)) throw new Refusal(400, 'Invalid filter');
  return (text) => text === wanted;
}

function vaultBody(data: ConnectData, vault: ConnectData['vaults'][number]) {
  const items = data.items.filter((item) => item.vault === vault.name).length;
  return { ...vault, attributeVersion: 1, contentVersion: 1, items, type: 'USER_CREATED', ...times };
}

function itemBody({ id, title, category = 'LOGIN' }: ConnectItem, vaultId: string) {
  return { id, title, vault: { id: vaultId }, category, tags: [], version: 1, ...times };
}

function fullItemBody(item: ConnectItem, vaultId: string) {
  const sections = [...new Set((item.fields ?? []).flatMap(({ section }) => section ?? []))];
  return {
    ...itemBody(item, vaultId),
    sections: sections.map((section) => ({ id: `section-${section}`, label: section })),
    fields: (item.fields ?? []).map(({ section, ...field }, index) => ({
      id: `field-${index}`,
      type: 'STRING',
      ...field,
      ...(section !== undefined && { section: { id: `section-${section}` } }),
    })),
    files: (item.files ?? []).map((file) => ({
      id: file.id,
      name: file.name,
      size: Buffer.byteLength(file.content),
      content_path: `/v1/vaults/${vaultId}/items/${item.id}/files/${file.id}/content`,
    })),
  };
}

const times = { createdAt: '2026-01-01T00:00:00Z', updatedAt: '2026-01-01T00:00:00Z' };

/**
 * Starts a stand-in on 127.0.0.1.
 *
 * @param data What it serves.
 * @param port 0 for any that is free.
 * @param respond Answers a request instead of the stand-in when it returns true; for failures.
 */
export async function startConnect(
  data: ConnectData,
  port = 0,
  respond: (request: IncomingMessage, response: ServerResponse) => boolean = () => false,
): Promise<ConnectServer> {
  const requests: string[] = [];
  const busy = { now: 0, most: 0 };
  const server = createServer((request, response) => {
    busy.now += 1;
    busy.most = Math.max(busy.most, busy.now);
    response.on('close', () => {
      busy.now -= 1;
      if (request.url?.startsWith('/heartbeat')) return;
      requests.push(`${request.method} ${decodeURIComponent(request.url ?? '')} ${response.statusCode}`);
    });
    if (respond(request, response)) return;
    let status = 200;
    let result: Answer;
    try {
      result = answer(data, request);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      status = error.status;
      result = { body: { status, message: error.message } };
    }
    const { type = 'application/json', body } = result;
    response.writeHead(status, { 'Content-Type': type, '1Password-Connect-Version': '1.8.2' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get atOnce() {
      return busy.most;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({
    options: { items: { type: 'string' }, port: { type: 'string', default: '8080' } },
  });
  const data = JSON.parse(readFileSync(values.items ?? '', 'utf8')) as ConnectData;
  console.log((await startConnect(data, Number(values.port))).url);
}
