/** A stand-in for an API server's reading side, for tests of what `status` says; test/cluster has the real one. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What it holds: lists by path, or a status code to refuse with. */
export interface ApiContent {
  /** Path of a list, such as `/apis/external-secrets.io/v1/externalsecrets`. */
  readonly [path: string]: readonly object[] | number;
}

/** A running stand-in. */
export interface Api {
  /** A kubeconfig for it, as text. */
  readonly kubeconfig: string;
  /** `METHOD path` of each request, and its body. */
  readonly requests: { readonly line: string; readonly body: string }[];
  /** What it answers from; may be replaced while it runs. */
  content: ApiContent;
  close(): void;
}

/** Starts it on a free port of the loopback. Patches are answered with an empty object. */
export async function startApi(content: ApiContent): Promise<Api> {
  const requests: Api['requests'] = [];
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://api');
    requests.push({ line: `${request.method} ${pathname}`, body: await bodyOf(request) });
    const found = request.method === 'GET' ? (api.content[pathname] ?? 404) : [];
    const status = typeof found === 'number' ? found : 200;
    response.writeHead(status, { 'content-type': 'application/json' });
    // As the real one does for an empty list of metadata.
    const isNull = found === undefined || (Array.isArray(found) && found.length === 0);
    const items = isNull && request.headers.accept?.includes('PartialObjectMetadataList') ? null : found;
    response.end(JSON.stringify(status === 200 ? { kind: 'List', items } : { kind: 'Status', code: status }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const api: Api = {
    requests,
    content,
    kubeconfig: kubeconfigFor(`http://127.0.0.1:${port}`),
    close: () => server.close(),
  };
  return api;
}

/** A kubeconfig for an API server without authentication. */
export function kubeconfigFor(server: string): string {
  return `apiVersion: v1
kind: Config
clusters: [{ name: test, cluster: { server: '${server}', insecure-skip-tls-verify: true } }]
users: [{ name: test, user: { token: test } }]
contexts: [{ name: test, context: { cluster: test, user: test } }]
current-context: test
`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const part of request) body += part;
  return body;
}
