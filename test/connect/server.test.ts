import { OnePasswordConnect } from '@1password/connect';
import { expect, onTestFinished, test } from 'vitest';
import { connectData, marker, token } from './data.js';
import { startConnect } from './server.js';

async function start() {
  const server = await startConnect(connectData);
  onTestFinished(() => server.close());
  return server;
}

/** The official SDK, with the client of its own. */
async function sdk(asToken = token) {
  const server = await start();
  return { server, client: OnePasswordConnect({ serverURL: server.url, token: asToken }) };
}

const [grafana] = connectData.items;
const [kubernetes, shared, secret] = connectData.vaults;

test('the official SDK reads vaults, items and files', async () => {
  const { server, client } = await sdk();
  expect((await client.listVaults()).map(({ name }) => name)).toEqual(['Kubernetes', 'Shared']);
  const vault = await client.getVault('Kubernetes');
  expect(vault).toMatchObject({ id: kubernetes?.id, items: 7, createdAt: new Date('2026-01-01') });
  expect(await client.getVault(shared?.id ?? '')).toMatchObject({ name: 'Shared' });
  expect(await client.listItems(kubernetes?.id ?? '')).toHaveLength(7);
  const item = await client.getItem(kubernetes?.id ?? '', 'Grafana');
  expect(item.fields?.[2]).toMatchObject({ label: 'admin user', value: `${marker}-2`, type: 'CONCEALED' });
  expect(item.files).toMatchObject([{ name: 'ca.pem', size: 21 }]);
  const id = grafana?.id ?? '';
  const [file] = await client.listFiles('Kubernetes', id);
  expect(await client.getFileContent('Kubernetes', id, file?.id ?? '')).toBe(`${marker} of a file`);
  expect(server.requests.slice(0, 3)).toEqual([
    'GET /v1/vaults/ 200',
    'GET /v1/vaults/?filter=title eq "Kubernetes" 200',
    `GET /v1/vaults/${shared?.id} 200`,
  ]);
});

test('the official SDK gets refusals in the shape of Connect', async () => {
  const { client } = await sdk();
  await expect(client.getItem(kubernetes?.id ?? '', 'Twice')).rejects.toMatchObject({ status: 400 });
  await expect(client.getItem(kubernetes?.id ?? '', 'Nothing')).rejects.toMatchObject({ status: 404 });
  const absent = 'a'.repeat(26);
  await expect(client.getItemById(kubernetes?.id ?? '', absent)).rejects.toEqual({
    status: 404,
    message: `item ${absent} not found`,
  });
  await expect(client.getVaultById(absent)).rejects.toEqual({
    status: 404,
    message: `vault ${absent} not found`,
  });
  await expect(client.listItems(secret?.id ?? '')).rejects.toEqual({
    status: 403,
    message: `vault ${secret?.id} is not in scope`,
  });
  const { client: stranger } = await sdk('other');
  await expect(stranger.listVaults()).rejects.toEqual({ status: 401, message: 'Invalid token signature' });
});

test('filters, health and the version, as Go clients want them', async () => {
  const { url } = await start();
  const get = (path: string) => fetch(url + path, { headers: { authorization: `Bearer ${token}` } });
  const byName = await get(`/v1/vaults?filter=${encodeURIComponent('name eq "Shared"')}`);
  expect(await byName.json()).toMatchObject([{ name: 'Shared' }]);
  expect(byName.headers.get('1Password-Connect-Version')).toBe('1.8.2');
  const items = `/v1/vaults/${kubernetes?.id}/items`;
  const byTitle = await get(`${items}?filter=${encodeURIComponent('title eq "Grafana"')}`);
  const [found] = (await byTitle.json()) as { id: string }[];
  expect(found).toMatchObject({ title: 'Grafana', vault: { id: kubernetes?.id } });
  expect(found).not.toHaveProperty('fields');
  const full = (await (await get(`${items}/${found?.id}`)).json()) as { files: { content_path: string }[] };
  expect(await (await get(full.files[0]?.content_path ?? '')).text()).toBe(`${marker} of a file`);
  const wrong = await get(`${items}?filter=${encodeURIComponent('title is "Grafana"')}`);
  expect(await wrong.json()).toEqual({ status: 400, message: 'Invalid filter' });
  expect(await (await get('/v1/vaults/short')).json()).toEqual({
    status: 400,
    message: 'Invalid Vault UUID',
  });
  expect(await (await fetch(`${url}/heartbeat`)).text()).toBe('.');
  expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ name: '1Password Connect API' });
});
