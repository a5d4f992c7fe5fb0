import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { connectData, marker, token } from '../connect/data.js';
import { fakeOp } from '../connect/fake-op.js';
import { startConnect } from '../connect/server.js';
import { makeProject, type Outcome, readTree, runTypeScript } from '../project.js';
import type { Run } from './run-many.js';

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

test('no value and no token is ever printed or written, whatever is asked, however much the libraries say', async () => {
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
  const check = 'check-items';
  const add = ['--namespace', 'b', '--name'];
  const connect = (url: string, as = token) => ({ OP_CONNECT_HOST: url, OP_CONNECT_TOKEN: as });
  const { PATH } = fakeOp(connectData);
  const runs: Run[] = [
    [check, [], connect(server.url)],
    [check, ['--json'], connect(server.url)],
    [check, [], connect(server.url, `wrong-${token}`)],
    [check, [], connect(server.url, `${token}\nwith a line`)],
    [check, [], connect(token, server.url)],
    [check, [], connect('http://127.0.0.1:1')],
    [check, [], { PATH }],
    [check, ['--json'], { PATH }],
    ...leaks.map(({ url }): Run => [check, [], connect(url)]),
    ['add-secret', [...add, 'one', '--item', 'Grafana', '--all'], connect(server.url)],
    ['add-secret', [...add, 'two', '--item', 'Grafana', '--key', 'pasword'], connect(server.url)],
    ['add-secret', [...add, 'three', '--item', 'Kubeconfig', '--all', '--dry-run'], { PATH }],
  ];
  const script = join(import.meta.dirname, 'run-many.ts');
  const all = await execa(process.execPath, [...runTypeScript, script, project.path], {
    env: talkative,
    input: JSON.stringify(runs),
  });
  expect(all.stderr).toMatch(/^NET \d+/m);
  expect(`${all.stdout}\n${all.stderr}`).not.toContain(marker);
  expect(`${all.stdout}\n${all.stderr}`).not.toContain(token);
  const codes = (JSON.parse(all.stdout) as Outcome[]).map(({ code }) => code);
  expect(codes).toEqual([...Array(12).fill(1), 0, 1, 0]);
  expect(server.requests.join('\n')).toMatch(/items\/\w{26} 200/);
  for (const folder of ['src', 'dist']) {
    const files = readTree(`${project.path}/${folder}`);
    expect(Object.keys(files).length).toBeGreaterThan(15);
    expect(JSON.stringify(files)).not.toMatch(new RegExp(`${marker}|${token}`));
  }
});
