import pLimit from 'p-limit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { connectData, marker, token } from '../connect/data.js';
import { fakeOp } from '../connect/fake-op.js';
import { startConnect } from '../connect/server.js';
import { makeProject, readTree } from '../project.js';

// Each test runs real commands, each of which starts Node.
vi.setConfig({ testTimeout: 120_000 });

/** Makes every library talk that can. */
const talkative = { DEBUG: '*', NODE_DEBUG: 'http,https,fetch,undici,net,execa,stream', DEBUG_DEPTH: '9' };

const secrets = `import { appSecret } from '#cluster-secrets';

export default [
  appSecret({ namespace: 'a', name: 'good', item: 'Grafana', keys: { p: 'password', f: { file: 'ca.pem' } } }),
  appSecret({ namespace: 'a', name: 'bad', item: 'Grafana', keys: { p: 'pasword' } }),
  appSecret({ namespace: 'a', name: 'twice', item: 'Twice', keys: 'all' }),
  appSecret({ namespace: 'a', name: 'repeated', item: 'Repeated', keys: 'all' }),
  appSecret({ namespace: 'a', name: 'document', item: 'Kubeconfig', keys: 'all' }),
];
`;

test('no value and no token is ever printed or written, whatever is asked', async () => {
  const server = await startConnect(connectData);
  onTestFinished(() => server.close());
  // Answers with what it got and what it has: an error, a redirect, a page that is no JSON.
  const leaky = (status: number) =>
    startConnect(connectData, 0, ({ headers }, response) => {
      const body = JSON.stringify({ status, message: `${marker} ${headers.authorization}` });
      response.writeHead(status, `Odd ${marker}`, { location: `http://127.0.0.1:1/${marker}` });
      response.end(status === 200 ? `${marker} ${headers.authorization}` : body);
      return true;
    });
  const leaks = await Promise.all([200, 302, 401, 500].map(leaky));
  onTestFinished(async () => {
    await Promise.all(leaks.map((one) => one.close()));
  });
  const project = await makeProject({ files: { 'src/secrets/app.ts': secrets } });
  const check = 'src/cli/check-items.ts';
  const add = ['--namespace', 'b', '--name'];
  const connect = (url: string, as = token) => ({ OP_CONNECT_HOST: url, OP_CONNECT_TOKEN: as });
  const { PATH } = fakeOp(connectData);
  const runs: [string, string[], Record<string, string>][] = [
    [check, [], connect(server.url)],
    [check, ['--json'], connect(server.url)],
    [check, [], connect(server.url, `wrong-${token}`)],
    [check, [], connect(server.url, `${token}\nwith a line`)],
    [check, [], connect(token, server.url)],
    [check, [], connect('http://127.0.0.1:1')],
    [check, [], { PATH }],
    [check, ['--json'], { PATH }],
    ...leaks.map(({ url }): (typeof runs)[number] => [check, [], connect(url)]),
    ['src/cli/add-secret.ts', [...add, 'one', '--item', 'Grafana', '--all'], connect(server.url)],
    ['src/cli/add-secret.ts', [...add, 'two', '--item', 'Grafana', '--key', 'pasword'], connect(server.url)],
    ['src/cli/add-secret.ts', [...add, 'three', '--item', 'Kubeconfig', '--all', '--dry-run'], { PATH }],
  ];
  const atOnce = pLimit(3);
  const codes = await Promise.all(
    runs.map(([script, args, env]) =>
      atOnce(async () => {
        const { code, out, err } = await project.run(script, args, { env: { ...talkative, ...env } });
        expect(`${out}\n${err}`).not.toContain(marker);
        expect(`${out}\n${err}`).not.toContain(token);
        return code;
      }),
    ),
  );
  expect(codes).toEqual([...Array(12).fill(1), 0, 1, 0]);
  expect(server.requests.join('\n')).toMatch(/items\/\w{26} 200/);
  for (const folder of ['src', 'dist']) {
    const files = readTree(`${project.path}/${folder}`);
    expect(Object.keys(files).length).toBeGreaterThan(15);
    expect(JSON.stringify(files)).not.toMatch(new RegExp(`${marker}|${token}`));
  }
});
